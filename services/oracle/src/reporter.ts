import { lossOracleAbi } from '@headrace/abi'
import type { Logger } from '@headrace/service'
import {
  type Address,
  encodeFunctionData,
  type Hash,
  type Hex,
  type PrivateKeyAccount,
  type PublicClient,
} from 'viem'
import type { Finding, State } from './compute.ts'
import { ConflictError } from './errors.ts'
import type { Journal, SigningKey } from './journal.ts'
import type { OracleMetrics } from './metrics.ts'
import { askPeer, PeerError } from './peers.ts'
import type { OnPoint } from './points.ts'
import { digestOf, sign } from './report.ts'
import type { Send } from './sender.ts'
import type { SignedReport } from './wire.ts'

export interface ReporterOptions {
  /** Reads the newest state, before something is sent. */
  client: PublicClient
  account: PrivateKeyAccount
  key: SigningKey
  journal: Journal
  send: Send
  peers: readonly string[]
  slot: bigint
  maxGas: bigint
  metrics: OracleMetrics
  log: Logger
  onPoint: OnPoint
  signal: AbortSignal
}

/** A report that is true at the newest finalized block, with the signatures of it that are known. */
interface Open {
  state: State
  signed: SignedReport
  digest: Hex
  windowEnd: bigint
  signatures: Map<Address, Hex>
  /** Finalized block at which it was last submitted: what fails is tried again at the next. */
  submittedAt?: Hash
}

/** Signs what was found, collects the others' signatures of the same, submits them when it is its turn. */
export class Reporter {
  readonly #options: ReporterOptions
  readonly #open = new Map<Address, Open>()

  constructor(options: ReporterOptions) {
    this.#options = options
  }

  /** The report of an LMP as it is served. */
  served(lmp: Address): SignedReport | undefined {
    return this.#open.get(lmp)?.signed
  }

  /** Takes what was found at a new finalized block. Signs it when there is something to sign, and never something else later. */
  async found(state: State, finding: Finding): Promise<void> {
    const { lmp, domain, block } = state
    const { account, key, journal, onPoint, log, metrics } = this.#options
    if (finding.kind !== 'report' || !state.reporters.includes(account.address)) {
      if (finding.kind === 'report') log.warn({ lmp }, 'this key is no reporter any more: nothing is signed')
      this.#open.delete(lmp)
      return
    }
    const { report, windowEnd } = finding
    const digest = digestOf(domain, report)
    const known = this.#open.get(lmp)
    if (known?.digest === digest) {
      this.#open.set(lmp, { ...known, state })
      return
    }
    // Whatever happens below: the old report is not what the chain says any more.
    this.#open.delete(lmp)
    try {
      const entry = journal.decide(key, report, digest, block)
      await onPoint('decided', lmp)
      const signature = entry.signature ?? (await sign(account, domain, report))
      if (entry.signature === null) journal.keep(key, report, signature)
      await onPoint('signed', lmp)
      const signed = {
        report,
        signature,
        signer: account.address,
        block: { number: entry.blockNumber, hash: entry.blockHash },
      }
      const signatures = new Map([[account.address, signature]])
      this.#open.set(lmp, { state, signed, digest, windowEnd, signatures })
      metrics.signed()
      metrics.alarm('conflict', false)
      log.info({ ...report, block: block.number }, 'report signed')
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error
      metrics.alarm('conflict', true)
      log.error({ alarm: 'conflict', error: error.message }, 'not signed')
    }
  }

  /** Asks the peers for what is missing and submits a quorum. */
  async gather(): Promise<void> {
    await Promise.all([...this.#open.values()].map((open) => this.#gather(open)))
  }

  async #gather(open: Open): Promise<void> {
    const { metrics, onPoint } = this.#options
    const { lmp } = open.state
    const enough = () => BigInt(open.signatures.size) >= open.state.quorum
    if (!enough()) await this.#ask(open)
    metrics.signatures(lmp, open.signatures.size)
    if (!enough()) return
    await onPoint('quorum', lmp)
    if (open.submittedAt === open.state.block.hash || !this.#isTurn(open)) return
    await this.#submit(open)
    open.submittedAt = open.state.block.hash
  }

  async #ask({ state, signed, signatures }: Open): Promise<void> {
    const { peers, metrics, log, signal } = this.#options
    const own = {
      domain: state.domain,
      report: signed.report,
      reporters: state.reporters,
      finalized: state.block.number,
    }
    let differs = false
    await Promise.all(
      peers.map(async (url, index) => {
        const peer = `${new URL(url).host}#${index + 1}`
        try {
          const { signer, signature } = await askPeer(url, own, signal)
          signatures.set(signer, signature)
          metrics.peerAnswered(peer, 'agrees')
        } catch (error) {
          if (!(error instanceof PeerError)) throw error
          metrics.peerAnswered(peer, error.fault)
          if (error.fault === 'NoReport' || error.fault === 'FutureBlock') return
          differs ||= error.fault === 'DifferentReport'
          log.warn({ peer, lmp: state.lmp, error: error.message }, "a peer's answer does not count")
        }
      }),
    )
    metrics.alarm('peer-differs', differs)
  }

  #isTurn({ state, windowEnd }: Open): boolean {
    const submitter = submitterOf(state, windowEnd, this.#options.slot)
    return submitter === this.#options.account.address
  }

  async #submit({ state, signed, signatures }: Open): Promise<void> {
    const { client, key, send, maxGas } = this.#options
    const { report } = signed
    const address = key.oracle
    const opened = await client.readContract({
      address,
      abi: lossOracleAbi,
      functionName: 'openCase',
      args: [report.lmp],
    })
    // Opened by somebody else in a block that is not final yet.
    if (opened.openedAt !== 0n) return
    const ordered = [...signatures].sort(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1))
    const data = encodeFunctionData({
      abi: lossOracleAbi,
      functionName: 'submit',
      args: [report, ordered.slice(0, Number(state.quorum)).map(([, signature]) => signature)],
    })
    await send({
      key: `${key.chainId}:${address}:${report.lmp}:${report.epoch}`,
      label: `submit the report of ${report.lmp}, epoch ${report.epoch}`,
      to: address,
      data,
      benign: ['CaseIsOpen'],
      maxGas,
    })
  }
}

/** Whose turn it is: one slot each, in the contract's order, from the end of the window on. */
export function submitterOf(
  { epoch, block, reporters }: Pick<State, 'epoch' | 'block' | 'reporters'>,
  windowEnd: bigint,
  slot: bigint,
): Address | undefined {
  const slots = (block.timestamp - windowEnd) / slot
  return reporters[Number((epoch + slots) % BigInt(reporters.length))]
}
