import { Counter, Gauge, type Registry } from 'prom-client'
import type { JobName } from './job.ts'
import type { Result } from './sender.ts'

/** The keeper's own series; process metrics are the registry's. */
export function keeperMetrics(registry: Registry) {
  const registers = [registry]
  const steps = new Counter({
    name: 'keeper_steps_total',
    help: 'Steps carried out, by what became of them.',
    labelNames: ['job', 'result'] as const,
    registers,
  })
  const failures = new Counter({
    name: 'keeper_look_failures_total',
    help: 'Looks at the chain that ended in an error.',
    labelNames: ['job'] as const,
    registers,
  })
  const gas = new Counter({
    name: 'keeper_gas_spent_wei_total',
    help: 'Fees paid since the start, in wei.',
    labelNames: ['job'] as const,
    registers,
  })
  const due = new Gauge({
    name: 'keeper_next_due_timestamp_seconds',
    help: 'Block time at which the job is due.',
    labelNames: ['job'] as const,
    registers,
  })
  const head = new Gauge({ name: 'keeper_head_block', help: 'Number of the newest block seen.', registers })
  const looked = new Gauge({
    name: 'keeper_looked_block',
    help: 'Number of the newest block the job has looked at and acted on.',
    labelNames: ['job'] as const,
    registers,
  })
  let silentMs = () => 0
  new Gauge({
    name: 'keeper_head_silent_seconds',
    help: 'Time since a new block arrived, by the clock of this machine.',
    registers,
    collect() {
      this.set(silentMs() / 1000)
    },
  })
  const balance = new Gauge({
    name: 'keeper_balance_wei',
    help: 'Balance of the sending account.',
    registers,
  })
  return {
    stepDone(job: JobName, result: Result) {
      steps.inc({ job, result: result.kind })
      if (result.kind === 'success') gas.inc({ job }, Number(result.cost))
    },
    lookFailed: (job: JobName) => failures.inc({ job }),
    dueAt: (job: JobName, time: bigint) => due.set({ job }, Number(time)),
    lookedAt: (job: JobName, number: bigint) => looked.set({ job }, Number(number)),
    /** Says how to learn since when the chain is silent, in milliseconds. */
    silenceOf: (read: () => number) => {
      silentMs = read
    },
    headSeen: (number: bigint) => head.set(Number(number)),
    balanceIs: (wei: bigint) => balance.set(Number(wei)),
  }
}

export type KeeperMetrics = ReturnType<typeof keeperMetrics>
