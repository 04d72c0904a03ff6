import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RpcUnavailableError } from '@headrace/chain'
import fc from 'fast-check'
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts'
import { expect, it } from 'vitest'
import { type Refusal, readRefusal } from '../src/errors.ts'
import { bumpFees, FEE_CAP, suggestFees } from '../src/fees.ts'
import { loadKeyFile } from '../src/keys.ts'

const REFUSALS: ReadonlyArray<readonly [string, Refusal]> = [
  ['already known', 'known'],
  ['transaction already imported', 'known'],
  ['nonce too low: next nonce 5, tx nonce 4', 'nonceTooLow'],
  ['replacement transaction underpriced', 'underpriced'],
  ['transaction underpriced: tip needed 1, tip permitted 0', 'underpriced'],
  ['max fee per gas less than block base fee: address 0x00, maxFeePerGas: 1, baseFee: 2', 'underpriced'],
  ['FeeTooLowToCompete: could not replace existing tx', 'underpriced'],
  ['intrinsic gas too low', 'invalid'],
  ['exceeds block gas limit', 'invalid'],
  ['insufficient funds for gas * price + value', 'later'],
  ['nonce too high', 'later'],
  ['txpool is full', 'later'],
  ['something no table knows', 'later'],
]

it.each(REFUSALS)('reads "%s" as %s', (message, refusal) => {
  expect(readRefusal(new Error('broadcast failed', { cause: new Error(message) }))).toBe(refusal)
})

it('cannot tell whether an unreachable node took it', () => {
  const failure = { endpoint: 'a#1', method: 'eth_sendRawTransaction', error: new Error('nonce too low') }
  expect(readRefusal(new RpcUnavailableError('eth_sendRawTransaction', [failure]))).toBe('unreachable')
})

const wei = fc.bigInt({ min: 1n, max: 10n ** 15n })

it('bumps both fees by 12.5% at least, never above 5x the suggestion', () => {
  fc.assert(
    fc.property(wei, wei, wei, wei, (base, tip, newBase, newTip) => {
      const previous = suggestFees(base, tip)
      const suggested = suggestFees(newBase, newTip)
      const bumped = bumpFees(previous, suggested)
      const fits = (was: bigint, now: bigint) => was * 1125n <= FEE_CAP * now * 1000n
      if (bumped === undefined) {
        return (
          !fits(previous.maxFeePerGas, suggested.maxFeePerGas) ||
          !fits(previous.maxPriorityFeePerGas, suggested.maxPriorityFeePerGas)
        )
      }
      return (
        bumped.maxFeePerGas * 1000n >= previous.maxFeePerGas * 1125n &&
        bumped.maxPriorityFeePerGas * 1000n >= previous.maxPriorityFeePerGas * 1125n &&
        bumped.maxFeePerGas <= FEE_CAP * suggested.maxFeePerGas &&
        bumped.maxPriorityFeePerGas <= FEE_CAP * suggested.maxPriorityFeePerGas &&
        bumped.maxFeePerGas >= suggested.maxFeePerGas &&
        bumped.maxPriorityFeePerGas <= bumped.maxFeePerGas
      )
    }),
  )
})

it('reads a key only from a file its owner alone can read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'txmgr-'))
  const file = (name: string, text: string, mode: number) => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode })
    return path
  }
  const key = generatePrivateKey()
  expect(loadKeyFile(file('good', `${key}\n`, 0o600)).address).toBe(privateKeyToAddress(key))
  expect(loadKeyFile(file('bare', key.slice(2), 0o400)).address).toBe(privateKeyToAddress(key))
  expect(() => loadKeyFile(file('open', key, 0o640))).toThrow(/can be read by others: chmod 600/)
  expect(() => loadKeyFile(file('short', key.slice(0, 60), 0o600))).toThrow(/64 hex digits/)
  expect(() => loadKeyFile(file('zero', `0x${'0'.repeat(64)}`, 0o600))).toThrow(/no valid secp256k1/)
  expect(() => loadKeyFile(join(folder, 'missing'))).toThrow(/cannot be read/)
})
