import { formatEther } from 'viem'
import { type JobStatus, readStatus } from './ledger.ts'

const COLUMNS = ['JOB', 'LAST RUN', 'NEXT DUE (BLOCK TIME)', 'TXS', 'GAS SPENT (ETH)', 'LAST ERROR'] as const

/** Prints the table of all jobs. */
export function showStatus(path: string): void {
  process.stdout.write(formatStatus(readStatus(path)))
}

export function formatStatus(jobs: readonly JobStatus[]): string {
  const rows = [COLUMNS, ...jobs.map(toRow)]
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

function toRow({
  job,
  lastRunAt,
  lastAction,
  nextAt,
  note,
  lastError,
  lastErrorAt,
  transactions,
  spent,
}: JobStatus): string[] {
  return [
    job,
    lastRunAt === null ? 'never' : `${isoTime(lastRunAt)} ${lastAction ?? ''}`.trimEnd(),
    note ?? (nextAt === null ? '-' : isoTime(Number(nextAt) * 1000)),
    String(transactions),
    formatEther(spent),
    lastError === null ? '-' : `${lastErrorAt === null ? '' : `${isoTime(lastErrorAt)} `}${lastError}`,
  ]
}

/** ISO 8601 without fractions, UTC. */
function isoTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
