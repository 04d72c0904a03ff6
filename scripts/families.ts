/** Shows which test covers which item of the families of negative tests, from the names of the tests: `test_A3_...`. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { FAMILIES } from './families/items.ts'

const USAGE = `usage: npm run families -- [options]
  --family <letters>  only these, e.g. BDF (default: all that touch the vault)
  --missing           only items without a test
  --help              this text

A test carries the ids of the items it covers: test_A3_..., testFuzz_D2_D4_..., it('A3: ...').
Ends with 1 if an item that applies has no test, or a test names an item that does not exist.`

const ROOT = join(import.meta.dirname, '..')
const FOLDERS = ['contracts/test', 'services', 'packages', 'apps']
const SOLIDITY = /function (?:test|testFuzz|invariant)_((?:[A-N]\d+_)+)(\w+)\(/g
const TYPESCRIPT = /\b(?:it|test)\(\s*['"`]((?:[A-N]\d+[ _])*[A-N]\d+): ([^'"`]+)['"`]/g

interface Found {
  id: string
  name: string
  file: string
}

function files(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => !/(^|\/)(node_modules|out|dist|cache)\//.test(file))
      .map((file) => `${folder}/${file}`),
  ).filter((file) => file.endsWith('.sol') || file.endsWith('.test.ts'))
}

function tests(): Found[] {
  return files().flatMap((file) => {
    const source = readFileSync(join(ROOT, file), 'utf8')
    return [...source.matchAll(file.endsWith('.sol') ? SOLIDITY : TYPESCRIPT)].flatMap(
      ([, ids = '', name = '']) => [...ids.matchAll(/[A-N]\d+/g)].map(([id]) => ({ id, name, file })),
    )
  })
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        family: { type: 'string' },
        missing: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    for (const letter of values.family ?? '')
      if (!(letter in FAMILIES)) throw new Error(`--family: there is no family ${letter}`)
    return values
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`)
    process.exit(2)
  }
}

const { family, missing, help } = options()
if (help) {
  console.log(USAGE)
  process.exit(0)
}
const found = new Map<string, Found[]>()
for (const test of tests()) found.set(test.id, [...(found.get(test.id) ?? []), test])

let uncovered = 0
let covered = 0
let apart = 0
const known = new Set<string>()
for (const [letter, { title, items, elsewhere }] of Object.entries(FAMILIES)) {
  const shown = family === undefined ? elsewhere === undefined : family.includes(letter)
  if (shown) console.log(`\n${letter}  ${title}${elsewhere === undefined ? '' : ` (${elsewhere})`}`)
  for (const [i, item] of items.entries()) {
    const id = `${letter}${i + 1}`
    known.add(id)
    if (!shown) continue
    const { text, apart: reason } = typeof item === 'string' ? { text: item, apart: undefined } : item
    const its = found.get(id) ?? []
    const lacks = its.length === 0 && reason === undefined && elsewhere === undefined
    if (its.length > 0) covered++
    else if (lacks) uncovered++
    else apart++
    if (missing && !lacks) continue
    console.log(`${id.padEnd(4)} ${text}`)
    if (reason !== undefined) console.log(`       does not touch the vault: ${reason}`)
    if (lacks) console.log('       NO TEST')
    for (const [file, names] of byFile(its)) console.log(`       ${file}: ${names.join(', ')}`)
  }
}

function byFile(all: readonly Found[]): Map<string, string[]> {
  const map = new Map<string, string[]>()
  for (const { file, name } of all) {
    const short = file.replace(/^contracts\/test\//, '')
    map.set(short, [...(map.get(short) ?? []), name])
  }
  return map
}

const unknown = [...found.values()].flat().filter(({ id }) => !known.has(id))
for (const { id, name, file } of unknown) console.error(`${file}: ${name} names ${id}, which does not exist`)
console.log(
  `\n${covered} items with tests, ${apart} that do not touch the vault, ${uncovered} without a test; ${unknown.length} tests name an item that does not exist`,
)
process.exitCode = uncovered + unknown.length > 0 ? 1 : 0
