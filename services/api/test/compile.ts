import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Abi, Hex } from 'viem'
import { z } from 'zod'

const require = createRequire(import.meta.url)
const ROOT = join(import.meta.dirname, '../../..')

export interface Code {
  readonly abi: Abi
  readonly bytecode: Hex
}

const hex = z.string().transform((text): Hex => `0x${text.replace(/^0x/, '')}`)
const abi = z.custom<Abi>((value) => Array.isArray(value))

/** A contract as forge built it (`npm run build`), e.g. `LMP` or `AccessManager`. */
export function artifact(name: string, folder = 'contracts/out'): Code {
  const file = folder === 'contracts/out' ? `${name}.sol/${name}.json` : `${name}.json`
  const shape = z.object({ abi, bytecode: z.union([z.object({ object: hex }), hex]) })
  const { abi: found, bytecode } = shape.parse(JSON.parse(readFileSync(join(ROOT, folder, file), 'utf8')))
  return { abi: found, bytecode: typeof bytecode === 'string' ? bytecode : bytecode.object }
}

interface Compiler {
  compile(input: string, callbacks: { import: (path: string) => { contents: string } }): string
}

/** The contracts of Fixtures.sol, compiled with the npm compiler. */
export function fixtures(): (name: string) => Code {
  const solc: Compiler = require('solc')
  const input = {
    language: 'Solidity',
    sources: { 'Fixtures.sol': { content: readFileSync(join(import.meta.dirname, 'Fixtures.sol'), 'utf8') } },
    settings: { evmVersion: 'cancun', outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
  }
  const output = solc.compile(JSON.stringify(input), {
    import: (path) => ({ contents: readFileSync(require.resolve(path), 'utf8') }),
  })
  const contract = z.object({ abi, evm: z.object({ bytecode: z.object({ object: hex }) }) })
  const shape = z.object({
    errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).default([]),
    contracts: z.record(z.string(), z.record(z.string(), contract)).default({}),
  })
  const { errors, contracts } = shape.parse(JSON.parse(output))
  const failed = errors.filter(({ severity }) => severity === 'error')
  if (failed.length > 0) throw new Error(failed.map(({ formattedMessage }) => formattedMessage).join('\n'))
  return (name) => {
    const found = contracts['Fixtures.sol']?.[name]
    if (found === undefined) throw new Error(`Fixtures.sol has no ${name}`)
    return { abi: found.abi, bytecode: found.evm.bytecode.object }
  }
}
