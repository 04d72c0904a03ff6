/**
 * Writes src/generated.ts: `export const <name>Abi = [...] as const` for every contract of ours that has an ABI.
 * An interface is left out where the contract `Name` of `IName` exists, since that has all of it.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { protocolArtifacts } from './artifacts.ts'

const TARGET = fileURLToPath(new URL('../src/generated.ts', import.meta.url))

/** `LMP` -> `lmp`, `CycleManager` -> `cycleManager`, `TOKEVault` -> `tokeVault`, `UniswapV2Venue` -> `uniswapV2Venue`. */
function camelCase(name: string): string {
  return name.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+(?![a-z])|^[A-Z]/, (head) => head.toLowerCase())
}

const artifacts = protocolArtifacts().filter(({ abi }) => abi.length > 0)
const names = new Set(artifacts.map(({ name }) => name))
const kept = artifacts.filter(({ name }) => !(/^I[A-Z]/.test(name) && names.has(name.slice(1))))

const blocks = kept.map(({ name, source, abi }) => {
  const entries = abi.map((entry) => `  ${JSON.stringify(entry)},\n`).join('')
  return `/** ABI of \`${name}\`, ${source}. */\nexport const ${camelCase(name)}Abi = [\n${entries}] as const\n`
})
writeFileSync(
  TARGET,
  `// Generated from the forge artifacts by \`npm run build\`; not edited by hand.\n\n${blocks.join('\n')}`,
)
console.log(`${kept.length} ABIs: ${kept.map(({ name }) => name).join(', ')}`)
