import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Abi, Hex } from 'viem'
import { z } from 'zod'

const require = createRequire(import.meta.url)
const ROOT = join(import.meta.dirname, '../../../..')

export interface Code {
  readonly abi: Abi
  readonly bytecode: Hex
}

const object = z.object({ object: z.string().transform((text): Hex => `0x${text.replace(/^0x/, '')}`) })
const abi = z.custom<Abi>((value) => Array.isArray(value))

/** A contract as forge built it (`npm run build`). */
export function artifact(name: string): Code {
  const file = join(ROOT, `contracts/out/${name}.sol/${name}.json`)
  const found = z.object({ abi, bytecode: object }).parse(JSON.parse(readFileSync(file, 'utf8')))
  return { abi: found.abi, bytecode: found.bytecode.object }
}

interface Compiler {
  compile(input: string): string
}

/** The contracts of Fixtures.sol, compiled with the npm compiler. */
export function fixtures(): (name: string) => Code {
  const solc: Compiler = require('solc')
  const content = readFileSync(join(import.meta.dirname, 'Fixtures.sol'), 'utf8')
  const settings = { evmVersion: 'cancun', outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } }
  const input = { language: 'Solidity', sources: { 'Fixtures.sol': { content } }, settings }
  const shape = z.object({
    errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).default([]),
    contracts: z
      .record(z.string(), z.record(z.string(), z.object({ abi, evm: z.object({ bytecode: object }) })))
      .default({}),
  })
  const { errors, contracts } = shape.parse(JSON.parse(solc.compile(JSON.stringify(input))))
  const failed = errors.filter(({ severity }) => severity === 'error')
  if (failed.length > 0) throw new Error(failed.map(({ formattedMessage }) => formattedMessage).join('\n'))
  return (name) => {
    const found = contracts['Fixtures.sol']?.[name]
    if (found === undefined) throw new Error(`Fixtures.sol has no ${name}`)
    return { abi: found.abi, bytecode: found.evm.bytecode.object }
  }
}
