import { eq } from 'drizzle-orm'
import type { Rows } from '../db/open.ts'
import { cycles, positions, reactors } from '../db/schema.ts'
import { reserveFloorOf } from '../views/cycle-math.ts'
import type { ProtocolEvent } from './events.ts'
import { applyAuction } from './handlers/auction.ts'
import { applyCycleManager, upsertCycleReactor } from './handlers/cycle-manager.ts'
import { applyGate } from './handlers/gate.ts'
import { applyLimits } from './handlers/limits.ts'
import { applyLmp } from './handlers/lmp.ts'
import { applyLossLedger } from './handlers/loss-ledger.ts'
import { applyLossOracle } from './handlers/loss-oracle.ts'
import { applyLossPrices } from './handlers/loss-prices.ts'
import { applyPool } from './handlers/pool.ts'
import { applyPrices } from './handlers/prices.ts'
import { applyReactor } from './handlers/reactor.ts'
import { applyRecovery } from './handlers/recovery.ts'
import { applySignals } from './handlers/signals.ts'
import { applySplitter } from './handlers/splitter.ts'

/** Brings the rows from the state before a block to the state after it. Depends on rows and events alone. */
export function applyBlock(block: number, events: readonly ProtocolEvent[], rows: Rows): void {
  events.forEach((each, index) => {
    applyEvent(each, rows, events.slice(index + 1))
  })
  closeCycles(block, rows)
}

function applyEvent({ kind, event }: ProtocolEvent, rows: Rows, following: readonly ProtocolEvent[]): void {
  switch (kind) {
    case 'lmp':
      applyLmp(event, rows, following)
      break
    case 'signals':
      applySignals(event, rows)
      break
    case 'gate':
      applyGate(event, rows)
      break
    case 'cycleManager':
      applyCycleManager(event, rows)
      break
    case 'reactor':
      applyReactor(event, rows)
      break
    case 'prices':
      applyPrices(event, rows)
      break
    case 'lossPrices':
      applyLossPrices(event, rows)
      break
    case 'lossLedger':
      applyLossLedger(event, rows)
      break
    case 'lossOracle':
      applyLossOracle(event, rows)
      break
    case 'recovery':
      applyRecovery(event, rows)
      break
    case 'pool':
      applyPool(event, rows)
      break
    case 'splitter':
      applySplitter(event, rows)
      break
    case 'limits':
      applyLimits(event, rows)
      break
    case 'auction':
      applyAuction(event, rows)
      break
  }
}

/** Keeps the ledger a completed cycle leaves, as `eth_call` at the completing block shows it. */
function closeCycles(block: number, rows: Rows): void {
  const completed = rows.select().from(cycles).where(eq(cycles.completedBlock, block)).all()
  if (completed.length === 0) return
  const held = rows.select().from(positions).all()
  for (const { number } of completed) {
    for (const reactor of rows.select().from(reactors).all()) {
      upsertCycleReactor(rows, number, reactor.id, {
        closingIdle: reactor.idle,
        closingDep: reactor.dep,
        closingWithheld: reactor.withheld,
        closingSupply: reactor.supply,
        closingDep0: reactor.dep0,
        closingMaxLpShare: reactor.maxLpShare,
        closingReserveFloor: reserveFloorOf(reactor.id, held) ?? null,
      })
    }
  }
}
