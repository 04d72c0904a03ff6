import { POINTS, STEPS } from './draw.ts'
import type { KillReport } from './scenario.ts'

/** What a report proves wrong; empty when every claim holds. */
export function faults(report: KillReport): string[] {
  const found: string[] = []
  if (report.reverted > 0) found.push(`${report.reverted} transactions reverted`)
  if (report.doubled.length > 0) found.push(`doubled: ${report.doubled.join(', ')}`)
  if (report.transactions > report.signed) {
    found.push(`${report.transactions} transactions for ${report.signed} effects in the journal`)
  }
  for (const [what, times] of [
    ['started', report.started],
    ['completed', report.completed],
  ] as const) {
    if (times.size !== report.cycles) found.push(`${times.size} cycles ${what}, not ${report.cycles}`)
    for (const [cycle, n] of times) if (n !== 1) found.push(`cycle ${cycle} was ${what} ${n} times`)
  }
  if (report.kills.length >= STEPS.length) {
    const missed = STEPS.filter((step) => !report.kills.some((kill) => kill.step === step))
    if (missed.length > 0) found.push(`steps never hit: ${missed.join(', ')}`)
  }
  if (report.kills.length >= POINTS.length) {
    const missed = POINTS.filter((point) => !report.kills.some((kill) => kill.point === point))
    if (missed.length > 0) found.push(`points never hit: ${missed.join(', ')}`)
  }
  return found
}
