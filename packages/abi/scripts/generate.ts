/**
 * Writes src/generated.ts: `export const <role>Abi = [...] as const` for every contract of ours that has an ABI.
 * `lmpAbi` is the contract `LMP`, or the interface `ILMP` where no contract of ours has that name.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { protocolArtifacts } from './artifacts.ts'

const TARGET = fileURLToPath(new URL('../src/generated.ts', import.meta.url))

const isInterface = (name: string) => /^I[A-Z]/.test(name)

/** `LMP` -> `lmp`, `ILMP` -> `lmp`, `CycleManager` -> `cycleManager`, `UniswapV2Venue` -> `uniswapV2Venue`. */
function roleOf(name: string): string {
  const role = isInterface(name) ? name.slice(1) : name
  return role.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+(?![a-z])|^[A-Z]/, (head) => head.toLowerCase())
}

const artifacts = protocolArtifacts().filter(({ abi }) => abi.length > 0)
const names = new Set(artifacts.map(({ name }) => name))
const kept = artifacts.filter(({ name }) => !(isInterface(name) && names.has(name.slice(1))))

const blocks = kept.map(({ name, source, abi }) => {
  const entries = abi.map((entry) => `  ${JSON.stringify(entry)},\n`).join('')
  return `/** ABI of \`${name}\`, ${source}. */\nexport const ${roleOf(name)}Abi = [\n${entries}] as const\n`
})
writeFileSync(
  TARGET,
  `// Generated from the forge artifacts by \`npm run build\`; not edited by hand.\n\n${blocks.join('\n')}`,
)
console.log(`${kept.length} ABIs: ${kept.map(({ name }) => name).join(', ')}`)
