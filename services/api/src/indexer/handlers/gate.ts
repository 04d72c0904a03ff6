import { and, desc, eq, isNull } from 'drizzle-orm'
import type { Rows } from '../../db/open.ts'
import { rebalances } from '../../db/schema.ts'
import type { GateEvent } from '../events.ts'

/** The vault emits `Rebalanced`, then asks the gate: its finding belongs to the vault's last rebalance of the transaction. */
export function applyGate(event: GateEvent, rows: Rows): void {
  if (event.eventName !== 'RebalanceChecked') return
  const { lmp, ...finding } = event.args
  const found = rows
    .select({ logIndex: rebalances.logIndex })
    .from(rebalances)
    .where(
      and(
        eq(rebalances.block, event.at.block),
        eq(rebalances.transactionHash, event.at.transactionHash),
        eq(rebalances.lmp, lmp),
        isNull(rebalances.cost),
      ),
    )
    .orderBy(desc(rebalances.logIndex))
    .get()
  // Anyone may ask the gate; without a rebalance of one of our vaults it decided nothing.
  if (found === undefined) return
  rows
    .update(rebalances)
    .set(finding)
    .where(and(eq(rebalances.block, event.at.block), eq(rebalances.logIndex, found.logIndex)))
    .run()
}
