import type { TxEvent } from '@headrace/txmgr'
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Address } from 'viem'
import type { PeerFault } from './peers.ts'

export const ALARMS = [
  'disagreement',
  'finality',
  'contradiction',
  'conflict',
  'peer-differs',
  'balance',
] as const
export type Alarm = (typeof ALARMS)[number]

/** The oracle's own series; process metrics are the registry's. */
export function oracleMetrics(registry: Registry) {
  const registers = [registry]
  const alarms = new Gauge({
    name: 'oracle_alarm',
    help: '1 while the alarm is on.',
    labelNames: ['alarm'] as const,
    registers,
  })
  for (const alarm of ALARMS) alarms.set({ alarm }, 0)
  const failures = new Counter({
    name: 'oracle_look_failures_total',
    help: 'Looks at the chain that ended in an error, by its name.',
    labelNames: ['error'] as const,
    registers,
  })
  const finalized = new Gauge({
    name: 'oracle_finalized_block',
    help: 'Newest finalized block all endpoints agree on.',
    registers,
  })
  const looked = new Gauge({
    name: 'oracle_looked_block',
    help: 'Newest finalized block that was read and acted on.',
    registers,
  })
  let silentMs = () => 0
  new Gauge({
    name: 'oracle_finalized_silent_seconds',
    help: 'Time since a new finalized block, by the clock of this machine.',
    registers,
    collect() {
      this.set(silentMs() / 1000)
    },
  })
  const signed = new Counter({
    name: 'oracle_reports_signed_total',
    help: 'Reports signed, or taken up again after a restart.',
    registers,
  })
  const signatures = new Gauge({
    name: 'oracle_signatures',
    help: 'Signatures known of the report that is open.',
    labelNames: ['lmp'] as const,
    registers,
  })
  const peers = new Counter({
    name: 'oracle_peer_answers_total',
    help: 'Answers of the other reporters: agrees, or why it does not count.',
    labelNames: ['peer', 'result'] as const,
    registers,
  })
  const transactions = new Counter({
    name: 'oracle_transactions_total',
    help: 'Events of transactions: sent, mined, settled, ...',
    labelNames: ['event'] as const,
    registers,
  })
  const balance = new Gauge({
    name: 'oracle_balance_wei',
    help: 'Balance of the sending account.',
    registers,
  })
  const on = new Set<Alarm>()
  return {
    alarm(alarm: Alarm, isOn: boolean) {
      alarms.set({ alarm }, isOn ? 1 : 0)
      if (isOn) on.add(alarm)
      else on.delete(alarm)
    },
    alarmsOn: () => [...on],
    lookFailed: (error: string) => failures.inc({ error }),
    finalizedIs: (number: bigint) => finalized.set(Number(number)),
    lookedAt: (number: bigint) => looked.set(Number(number)),
    /** Says how to learn since when no block became final, in milliseconds. */
    silenceOf: (read: () => number) => {
      silentMs = read
    },
    signed: () => signed.inc(),
    signatures: (lmp: Address, count: number) => signatures.set({ lmp }, count),
    peerAnswered: (peer: string, result: PeerFault | 'agrees') => peers.inc({ peer, result }),
    transaction: ({ kind }: TxEvent) => transactions.inc({ event: kind }),
    balanceIs: (wei: bigint) => balance.set(Number(wei)),
  }
}

export type OracleMetrics = ReturnType<typeof oracleMetrics>
