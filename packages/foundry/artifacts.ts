import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import type { Abi, Hex } from 'viem'
import { z } from 'zod'

const require = createRequire(import.meta.url)
const ROOT = join(import.meta.dirname, '../..')

/** What a test deploys. */
export interface Code {
  readonly abi: Abi
  readonly bytecode: Hex
}

const hex = z.string().transform((text): Hex => `0x${text.replace(/^0x/, '')}`)
const object = z.object({ object: hex })
const abi = z.custom<Abi>((value) => Array.isArray(value))
const built = z.object({ abi, bytecode: z.union([object, hex]) })

/** A contract of ours as forge built it (`npm run build`), e.g. `LMP` or `AccessManager`. */
export const artifact = (name: string): Code => read(`contracts/out/${name}.sol/${name}.json`)

/** A venue's contract as its authors published it, e.g. `UniswapV2Pair`. */
export const venueArtifact = (name: string): Code => read(`packages/venues/out/${name}.json`)

function read(file: string): Code {
  const { abi, bytecode } = built.parse(JSON.parse(readFileSync(join(ROOT, file), 'utf8')))
  return { abi, bytecode: typeof bytecode === 'string' ? bytecode : bytecode.object }
}

interface Compiler {
  compile(input: string, callbacks: { import: (path: string) => { contents: string } }): string
}

const compiled = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).default([]),
  contracts: z
    .record(z.string(), z.record(z.string(), z.object({ abi, evm: z.object({ bytecode: object }) })))
    .default({}),
})

/** The contracts of a test's own Solidity file, which may import from npm packages. Without the optimizer: fast. */
export function compileFixtures(file: string): (name: string) => Code {
  const solc: Compiler = require('solc')
  const unit = basename(file)
  const input = {
    language: 'Solidity',
    sources: { [unit]: { content: readFileSync(file, 'utf8') } },
    settings: { evmVersion: 'cancun', outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
  }
  const output = solc.compile(JSON.stringify(input), {
    import: (path) => ({ contents: readFileSync(require.resolve(path), 'utf8') }),
  })
  const { errors, contracts } = compiled.parse(JSON.parse(output))
  const failed = errors.filter(({ severity }) => severity === 'error')
  if (failed.length > 0) throw new Error(failed.map(({ formattedMessage }) => formattedMessage).join('\n'))
  return (name) => {
    const found = contracts[unit]?.[name]
    if (found === undefined) throw new Error(`${unit} has no ${name}`)
    return { abi: found.abi, bytecode: found.evm.bytecode.object }
  }
}
