import { dirname, relative } from 'node:path'
import { type Candidate, changed } from './candidates.ts'

/** Where the switch is, from the repository's root. */
export const SWITCH_FILE = 'contracts/src/MutantSwitch.sol'

/**
 * Which mutant runs is the block's coinbase, which forge takes from its settings and nothing else here reads: so all mutants
 * are compiled at once. The cast lets pure functions ask too.
 */
export const SWITCH = `// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

library MutantSwitch {
    function isOn(uint256 mutant) internal pure returns (bool) {
        function(uint256) view returns (bool) read = _isOn;
        function(uint256) pure returns (bool) asPure;
        assembly {
            asPure := read
        }
        return asPure(mutant);
    }

    function _isOn(uint256 mutant) private view returns (bool) {
        return uint160(address(block.coinbase)) == mutant;
    }
}
`

/** The settings under which a mutant runs; with 0 the code does what it did. */
export const settings = (mutant: bigint) => ({
  FOUNDRY_BLOCK_COINBASE: `0x${mutant.toString(16).padStart(40, '0')}`,
})

export interface Numbered extends Candidate {
  id: bigint
}

/** The source of a file with each of its mutants behind its number ("mutant schemata", Untch, Offutt, Harrold 1993). */
export function instrumented(file: string, source: Buffer, mutants: readonly Numbered[]): string {
  const hosts = new Map<number, Numbered[]>()
  for (const mutant of mutants)
    hosts.set(mutant.host.start, [...(hosts.get(mutant.host.start) ?? []), mutant])
  const parts: string[] = []
  let at = 0
  for (const [start, here] of [...hosts].sort(([a], [b]) => a - b)) {
    const end = here[0]?.host.end ?? start
    parts.push(source.toString('utf8', at, start), choice(source, here))
    at = end
  }
  parts.push(source.toString('utf8', at))
  const path = relative(dirname(file), SWITCH_FILE)
  const from = path.startsWith('.') ? path : `./${path}`
  return parts.join('').replace(/^(pragma solidity [^;]+;)$/m, `$1\nimport {MutantSwitch} from "${from}";`)
}

/** The mutant in whose code, or last before it, a compiler error of an instrumented file is. */
export function culprit(code: string, line: number, column: number): bigint | undefined {
  const lines = code.split('\n')
  const before = [...lines.slice(0, line - 1), (lines[line - 1] ?? '').slice(0, column)].join('\n')
  const id = [...before.matchAll(/MutantSwitch\.isOn\((\d+)\)/g)].at(-1)?.[1]
  return id === undefined ? undefined : BigInt(id)
}

/** The host, once for each mutant and once as it is. */
function choice(source: Buffer, mutants: readonly Numbered[]): string {
  const [first] = mutants
  if (first === undefined) return ''
  const { host } = first
  const original = source.toString('utf8', host.start, host.end)
  const variant = (mutant: Numbered) => {
    const code = changed(source, mutant.host, mutant)
    return code.trim() === ';' ? '' : code
  }
  return host.kind === 'statement'
    ? `{ ${mutants.map((each) => `if (MutantSwitch.isOn(${each.id})) { ${variant(each)} } else `).join('')}{ ${original} } }`
    : `(${mutants.map((each) => `MutantSwitch.isOn(${each.id}) ? ${variant(each)} : `).join('')}${original})`
}
