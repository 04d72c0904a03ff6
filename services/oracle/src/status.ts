import { type JournalStatus, readStatus } from './journal.ts'

/** Prints what the journal holds: the newest finalized block, what was signed, what was sent. */
export function showStatus(path: string): void {
  process.stdout.write(formatStatus(readStatus(path)))
}

export function formatStatus({ block, signatures, transactions }: JournalStatus): string {
  const signed = signatures.map(({ lmp, epoch, last, loss, signature, createdAt }) => [
    lmp,
    String(epoch),
    String(last),
    String(loss),
    signature === null ? 'decided' : 'signed',
    isoTime(createdAt),
  ])
  const sent = transactions.map(({ label, state, reason, minedHash, updatedAt }) => [
    label,
    state,
    minedHash ?? '-',
    reason ?? '-',
    isoTime(updatedAt),
  ])
  return [
    `finalized block ${block === undefined ? 'none seen' : block.number}\n`,
    table(['LMP', 'EPOCH', 'LAST CHECKPOINT', 'LOSS', 'STATE', 'SINCE'], signed, 'nothing was signed'),
    table(['TRANSACTION', 'STATE', 'HASH', 'REASON', 'SINCE'], sent, 'nothing was sent'),
  ].join('\n')
}

function table(header: readonly string[], body: readonly string[][], empty: string): string {
  if (body.length === 0) return `${empty}\n`
  const rows = [header, ...body]
  const widths = header.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const lines = rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '))
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}

/** ISO 8601 without fractions, UTC. */
function isoTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
