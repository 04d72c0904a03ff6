import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the TypeScript files below a folder import from outside of it, by specifier. */
export function importsOf(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  const found = files.flatMap((file) => outside(readFileSync(join(folder, file), 'utf8'), file))
  return [...new Set(found)].sort()
}

/** Specifiers of a source that leave its folder; `file` is its path below the folder. */
export function outside(source: string, file: string): string[] {
  const specifiers = [...source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"\n]+)['"]/g)].flatMap(
    ([, name]) => name ?? [],
  )
  const depth = file.split('/').length - 1
  const climbs = (name: string) => name.split('/').filter((part) => part === '..').length
  return specifiers.filter((name) => !name.startsWith('.') || climbs(name) > depth)
}
