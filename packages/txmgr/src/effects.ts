import type { ChainAccess } from '@headrace/chain'
import { type Abi, type Hash, keccak256, type LocalAccount, TransactionReceiptNotFoundError } from 'viem'
import type { Action, ChainView, Closing, Publication } from './decide.ts'
import { messages, type Refusal, readRefusal } from './errors.ts'
import type { Fees } from './fees.ts'
import { type Journal, type NewAttempt, RESET } from './journal.ts'
import type { Attempt, Intent } from './schema.ts'
import { type Simulation, simulate } from './simulate.ts'
import type { OnPoint, TxEvent } from './types.ts'

export interface EffectContext {
  chain: ChainAccess
  chainId: number
  account: LocalAccount
  errors: Abi
  journal: Journal
  /** This process, in the lease. */
  owner: string
  onPoint: OnPoint
  emit: (event: TxEvent) => void
  /** What this process has broadcast. */
  published: Map<Hash, Publication>
}

/** Carries actions out. Each writes what it is about to do before it does it. */
export class Effects {
  readonly #context: EffectContext
  readonly #view: ChainView
  /** The nonce the next signed call takes. */
  #nonce: number

  constructor(context: EffectContext, view: ChainView, nonce: number) {
    this.#context = context
    this.#view = view
    this.#nonce = nonce
  }

  async apply(action: Action): Promise<void> {
    const { journal, emit } = this.#context
    switch (action.kind) {
      case 'mined':
        return this.#mined(action)
      case 'reopen': {
        const { intent, attempts } = action.open
        for (const { hash } of attempts) this.#context.published.delete(hash)
        const { reason, benignError, closing } = intent
        const change = { ...RESET, reason, benignError, closing, nonce: intent.nonce }
        const reopened = journal.update(intent, { ...change, state: 'sent', reopened: true })
        return emit({
          kind: 'reopened',
          intent: reopened,
          detail: `block ${intent.minedBlock} left the chain`,
        })
      }
      case 'release': {
        if (!(await this.#nobodyHas(action.open.attempts))) return
        const released = journal.update(action.open.intent, { ...RESET, state: 'pending' })
        return emit({
          kind: 'released',
          intent: released,
          detail: `nonce ${action.open.intent.nonce} was used by others`,
        })
      }
      case 'end':
        return this.#end(action.intent, action.as, 'no longer wanted: past its deadline')
      case 'close':
        return this.#close(action.intent, action.as, 'no longer wanted: past its deadline')
      case 'replace':
        return this.#replace(action.intent, action.fees)
      case 'hold':
        return emit({
          kind: 'held',
          intent: action.intent,
          detail: 'a replacement would cost 5x the current fees',
        })
      case 'republish': {
        const { intent, attempt } = action
        if (action.check && !(await this.#stillWanted(intent))) return
        await this.#broadcast(intent, attempt)
        return emit({ kind: 'republished', intent, detail: attempt.hash })
      }
      case 'fill': {
        const signed = await this.#sign(this.#self(), {
          kind: 'noop',
          nonce: action.nonce,
          fees: this.#view.fees,
        })
        const { intent, attempt } = journal.recordFill(signed, this.#context.owner)
        emit({ kind: 'sent', intent, detail: `nonce ${action.nonce} noop ${attempt.hash}` })
        return this.#broadcast(intent, attempt)
      }
      case 'send':
        return this.#send(action.intent)
      case 'behind':
        throw new Error(
          `the RPC endpoint knows ${this.#view.nonce} transactions of ${this.#context.account.address}, fewer than are final: it lags or the chain was reset`,
        )
    }
  }

  async #send(intent: Intent): Promise<void> {
    const result = await this.#simulate(intent)
    if (result.kind === 'benign')
      return this.#end(intent, 'cancelled', `not needed: ${result.error}`, result.error)
    if (result.kind === 'refused') return this.#end(intent, 'failed', result.reason)
    const plan = { kind: 'call', nonce: this.#nonce, fees: this.#view.fees, gas: result.gas } as const
    await this.#publish(intent, plan, 'sent')
  }

  async #replace(intent: Intent, fees: Fees): Promise<void> {
    const nonce = intent.nonce
    if (nonce === null) return
    if (intent.closing !== null) return this.#publish(intent, { kind: 'noop', nonce, fees }, 'replaced')
    const result = await this.#simulate(intent)
    if (result.kind !== 'ok') return this.#giveUp(intent, result)
    return this.#publish(intent, { kind: 'call', nonce, fees, gas: result.gas }, 'replaced')
  }

  async #publish(intent: Intent, plan: SignPlan, event: 'sent' | 'replaced'): Promise<void> {
    const { journal, owner, emit } = this.#context
    const call = plan.kind === 'noop' ? this.#self() : intent
    const signed = await this.#sign({ ...call, dedupeKey: intent.dedupeKey, label: intent.label }, plan)
    const attempt = journal.recordAttempt(intent, signed, owner)
    if (attempt === undefined) return
    this.#nonce = Math.max(this.#nonce, plan.nonce + 1)
    emit({
      kind: event,
      intent: { ...intent, state: 'sent', nonce: plan.nonce },
      detail: `nonce ${plan.nonce} ${attempt.kind} ${attempt.hash}`,
    })
    await this.#broadcast(intent, attempt)
  }

  async #sign(call: Signable, { kind, nonce, fees, gas }: SignPlan): Promise<NewAttempt> {
    const { account, chain, chainId, onPoint } = this.#context
    const { to, data, value } = call
    const limit = gas ?? (await chain.client.estimateGas({ account: account.address, to, data, value }))
    await onPoint('sign:before', call)
    const raw = await account.signTransaction({
      type: 'eip1559',
      chainId,
      nonce,
      to,
      data,
      value,
      gas: limit,
      ...fees,
    })
    await onPoint('sign:after', call)
    return { kind, nonce, raw, hash: keccak256(raw), gas: limit, ...fees }
  }

  async #broadcast(intent: Intent, attempt: Attempt): Promise<void> {
    const { chain, journal, published, emit, onPoint } = this.#context
    const now = Date.now()
    const first = published.get(attempt.hash) ?? { firstAt: now, firstBlock: this.#view.head.number }
    published.set(attempt.hash, { ...first, lastAt: now })
    await onPoint('broadcast:before', intent)
    try {
      await chain.client.sendRawTransaction({ serializedTransaction: attempt.raw })
      if (attempt.error !== null) journal.noteRefusal(attempt, null)
    } catch (error) {
      const refusal = readRefusal(error)
      journal.noteRefusal(attempt, refusal)
      if (!QUIET.has(refusal)) emit({ kind: 'rejected', intent, detail: `${refusal}: ${messages(error)}` })
      if (refusal === 'invalid' && attempt.kind === 'call') this.#close(intent, 'failed', messages(error))
    }
    await onPoint('broadcast:after', intent)
  }

  async #mined({ intent, attempt, receipt, final }: Extract<Action, { kind: 'mined' }>): Promise<void> {
    const { journal, onPoint, emit } = this.#context
    const call = attempt.kind === 'call'
    const succeeded = call && receipt.success
    // The call won against its own no-op: whatever closed the intent is void.
    const reason = call && !receipt.success ? 'reverted on the chain' : call ? null : intent.reason
    const benignError = call ? null : intent.benignError
    const closing = call ? null : intent.closing
    const settled = succeeded ? 'confirmed' : (closing ?? 'failed')
    await onPoint('receipt:before', intent)
    const updated = journal.update(intent, {
      state: final ? settled : 'mined',
      closing,
      reason,
      benignError,
      succeeded,
      reopened: false,
      minedHash: receipt.hash,
      minedBlock: receipt.blockNumber,
      minedBlockHash: receipt.blockHash,
      gasUsed: receipt.gasUsed,
      gasPrice: receipt.gasPrice,
    })
    await onPoint('receipt:after', intent)
    if (intent.state !== 'mined')
      emit({ kind: 'mined', intent: updated, detail: `block ${receipt.blockNumber}` })
    if (final) emit({ kind: 'settled', intent: updated, detail: settled })
  }

  async #stillWanted(intent: Intent): Promise<boolean> {
    const result = await this.#simulate(intent)
    if (result.kind === 'ok') return true
    this.#giveUp(intent, result)
    return false
  }

  #simulate(intent: Intent): Promise<Simulation> {
    const { chain, errors, account } = this.#context
    return simulate(chain.client, errors, { ...intent, from: account.address })
  }

  /** The call would do nothing or revert: its nonce is to be filled with a no-op. */
  #giveUp(intent: Intent, result: Exclude<Simulation, { kind: 'ok' }>): void {
    if (result.kind === 'refused') this.#close(intent, 'failed', result.reason)
    else this.#close(intent, 'cancelled', `not needed: ${result.error}`, result.error)
  }

  #close(intent: Intent, closing: Closing, reason: string, benignError: string | null = null): void {
    const updated = this.#context.journal.update(intent, { closing, reason, benignError })
    this.#context.emit({ kind: 'closing', intent: updated, detail: reason })
  }

  #end(intent: Intent, state: Closing, reason: string, benignError: string | null = null): void {
    const updated = this.#context.journal.update(intent, { state, reason, benignError })
    this.#context.emit({ kind: 'settled', intent: updated, detail: reason })
  }

  /** Asked before a nonce is given up: a lagging endpoint must not make us send twice. */
  async #nobodyHas(attempts: readonly Attempt[]): Promise<boolean> {
    const asked = this.#context.chain.endpoints.flatMap(({ client }) =>
      attempts.map(({ hash }) =>
        client.getTransactionReceipt({ hash }).then(
          () => false,
          (error) => error instanceof TransactionReceiptNotFoundError,
        ),
      ),
    )
    return (await Promise.all(asked)).every((missing) => missing)
  }

  #self(): Signable {
    return { to: this.#context.account.address, data: '0x', value: 0n, dedupeKey: '', label: 'no-op' }
  }
}

type Signable = Pick<Intent, 'to' | 'data' | 'value' | 'dedupeKey' | 'label'>

interface SignPlan {
  kind: Attempt['kind']
  nonce: number
  fees: Fees
  /** Estimated when absent. */
  gas?: bigint
}

/** Refusals that are part of normal work. */
const QUIET: ReadonlySet<Refusal> = new Set(['known', 'nonceTooLow'])
