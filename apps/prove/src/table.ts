import type { Row } from './claim.ts'

const HEADS = ['claim', 'expected', 'measured', ''] as const
/** Longer cells are broken. */
const WIDTH = 58

/** The rows as a table for a terminal. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ claim, expected, measured, verdict }) =>
    [claim, expected, measured, verdict].map(broken),
  )
  const cells = [HEADS.map((head) => [head]), ...lines]
  const widths = HEADS.map((_, column) =>
    Math.max(...cells.map((row) => Math.max(...(row[column] ?? []).map((part) => part.length)))),
  )
  const [head, ...body] = cells.map((row) => drawn(row, widths))
  return [head, widths.map((width) => '-'.repeat(width)).join('-+-'), ...body].join('\n')
}

/** What a run amounts to. A claim that was not run is not held. */
export function verdict(rows: readonly Row[]): { ok: number; short: number; notRun: number; holds: boolean } {
  const count = (wanted: Row['verdict']) => rows.filter((row) => row.verdict === wanted).length
  const [ok, short, notRun] = [count('ok'), count('short'), count('not run')]
  return { ok, short, notRun, holds: ok > 0 && short === 0 }
}

function drawn(row: readonly (readonly string[])[], widths: readonly number[]): string {
  const height = Math.max(...row.map((cell) => cell.length))
  return Array.from({ length: height }, (_, line) =>
    row
      .map((cell, column) => (cell[line] ?? '').padEnd(widths[column] ?? 0))
      .join(' | ')
      .trimEnd(),
  ).join('\n')
}

function broken(text: string): string[] {
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    let line = ''
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + word.length >= WIDTH) {
        lines.push(line)
        line = word
      } else line = line === '' ? word : `${line} ${word}`
    }
    lines.push(line)
  }
  return lines
}
