/** What the audit says of one claim. */
export interface Row {
  claim: string
  means: string
  /** proven; caught (a wrong variant); equal (two computations); explained (a finding); fuzz; SHORT fails the audit. */
  result: 'proven' | 'caught' | 'equal' | 'explained' | 'fuzz' | 'SHORT'
  seconds: number
  note?: string
  /** What the documentation says of it, where that is less. */
  promised?: Pick<Row, 'means' | 'result'>
}

const WIDTH = 110

const cut = (text: string) => (text.length > WIDTH ? `${text.slice(0, WIDTH - 1)}…` : text)

export function table(rows: readonly Row[]): string {
  const lines = [['claim', 'means', 'result', 'seconds']]
  for (const row of rows)
    lines.push([cut(row.claim), row.means, row.result, row.seconds.toFixed(1).padStart(7)])
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const text = lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  const short = rows
    .filter((row) => row.result === 'SHORT')
    .map((row) => `\nSHORT: ${row.claim}\n${row.note ?? ''}`)
  return [...text, ...short].join('\n')
}

/** `3 proven, 2 caught`, in the order of first appearance. */
export function summary(rows: readonly Row[]): string {
  const counts = new Map<string, number>()
  for (const { result } of rows) counts.set(result, (counts.get(result) ?? 0) + 1)
  return [...counts].map(([result, count]) => `${count} ${result}`).join(', ')
}
