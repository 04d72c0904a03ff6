import { expect, it } from 'vitest'
import {
  type ChainView,
  type Closing,
  DEFAULT_POLICY,
  decide,
  firstFreeNonce,
  type JournalState,
  type OpenIntent,
  type Publication,
  type Receipt,
} from '../src/decide.ts'
import type { Attempt, Intent, IntentState } from '../src/schema.ts'

const NOW = 1_000_000
const HASH = (n: number) => `0x${n.toString(16).padStart(64, '0')}` as const

function intent(id: number, state: IntentState, change: Partial<Intent> = {}): Intent {
  return {
    id,
    chainId: 1,
    signer: '0x00000000000000000000000000000000000000aa',
    dedupeKey: `key-${id}`,
    label: `intent ${id}`,
    to: '0x00000000000000000000000000000000000000bb',
    data: '0x',
    value: 0n,
    benign: [],
    maxGas: null,
    validUntil: null,
    state,
    nonce: state === 'pending' ? null : id,
    closing: null,
    reason: null,
    benignError: null,
    reopened: false,
    minedHash: state === 'mined' ? HASH(id * 100) : null,
    minedBlock: state === 'mined' ? 95n : null,
    minedBlockHash: state === 'mined' ? HASH(95) : null,
    succeeded: null,
    gasUsed: null,
    gasPrice: null,
    createdAt: 0,
    updatedAt: 0,
    ...change,
  }
}

function attempt(owner: Intent, index = 0, change: Partial<Attempt> = {}): Attempt {
  return {
    id: owner.id * 100 + index,
    intentId: owner.id,
    nonce: owner.nonce ?? 0,
    kind: 'call',
    hash: HASH(owner.id * 100 + index),
    raw: '0x02',
    gas: 21_000n,
    maxFeePerGas: 20n,
    maxPriorityFeePerGas: 10n,
    error: null,
    createdAt: NOW,
    ...change,
  }
}

const signed = (owner: Intent, change: Partial<Attempt> = {}): OpenIntent => ({
  intent: owner,
  attempts: [attempt(owner, 0, change)],
})
const unsigned = (owner: Intent): OpenIntent => ({ intent: owner, attempts: [] })

const publish = (open: OpenIntent[], publication: Publication) =>
  new Map(open.flatMap(({ attempts }) => attempts.map(({ hash }) => [hash, publication] as const)))

function journal(open: OpenIntent[], change: Partial<JournalState> = {}): JournalState {
  const published = publish(open, { firstAt: NOW, firstBlock: 100n, lastAt: NOW })
  return { open, settledNonces: 0, published, now: NOW, ...change }
}

function view(nonce: number, change: Partial<ChainView> = {}, receipts: Receipt[] = []): ChainView {
  return {
    head: { number: 100n, hash: HASH(100), parentHash: HASH(99), timestamp: 5_000n },
    finalized: 90n,
    nonce,
    finalizedNonce: 0,
    receipts: new Map(receipts.map((receipt) => [receipt.hash, receipt])),
    fees: { maxFeePerGas: 20n, maxPriorityFeePerGas: 10n },
    ...change,
  }
}

function receipt(hash: Receipt['hash'], blockNumber: bigint): Receipt {
  const blockHash = HASH(Number(blockNumber))
  return { hash, blockNumber, blockHash, success: true, gasUsed: 21_000n, gasPrice: 1n }
}

const kinds = (state: JournalState, chain: ChainView, policy = DEFAULT_POLICY) =>
  decide(state, chain, policy).map(({ kind }) => kind)
/** Published long enough ago for a replacement, the last time just now. */
const AGED: Publication = { firstAt: NOW - DEFAULT_POLICY.replaceAfterMs, firstBlock: 98n, lastAt: NOW }
const aged = (open: OpenIntent[], change: Partial<Publication> = {}) =>
  journal(open, { published: publish(open, { ...AGED, ...change }) })

it('sends pending intents up to the limit, in order', () => {
  const open = [1, 2, 3].map((id) => unsigned(intent(id, 'pending')))
  const actions = decide(journal(open), view(0), { ...DEFAULT_POLICY, maxInFlight: 2 })
  expect(actions.map((action) => action.kind === 'send' && action.intent.id)).toEqual([1, 2])
  const busy = [signed(intent(0, 'sent')), ...open]
  expect(kinds(journal(busy), view(0), { ...DEFAULT_POLICY, maxInFlight: 1 })).toEqual([])
})

it('takes a nonce above the chain’s, those in flight and those that are final', () => {
  expect(firstFreeNonce(journal([]), view(7))).toBe(7)
  expect(firstFreeNonce(journal([signed(intent(8, 'sent')), signed(intent(9, 'mined'))]), view(8))).toBe(10)
  expect(firstFreeNonce(journal([], { settledNonces: 12 }), view(12))).toBe(12)
})

it('expires what is past its deadline: unsigned at once, signed by way of a no-op', () => {
  const late = { validUntil: 4_999n }
  expect(decide(journal([unsigned(intent(1, 'pending', late))]), view(0), DEFAULT_POLICY)).toMatchObject([
    { kind: 'end', as: 'expired' },
  ])
  expect(decide(journal([signed(intent(1, 'sent', late))]), view(1), DEFAULT_POLICY)).toMatchObject([
    { kind: 'close', as: 'expired' },
  ])
  expect(kinds(journal([unsigned(intent(1, 'pending', { validUntil: 5_000n }))]), view(0))).toEqual(['send'])
})

it('sees any attempt of the nonce mined, not only the last', () => {
  const owner = intent(3, 'sent')
  const open = { intent: owner, attempts: [attempt(owner, 0), attempt(owner, 1)] }
  expect(decide(journal([open]), view(4, {}, [receipt(HASH(300), 99n)]), DEFAULT_POLICY)).toMatchObject([
    { kind: 'mined', final: false, attempt: { hash: HASH(300) } },
  ])
})

it('settles at finality, and only then', () => {
  const open = signed(intent(3, 'mined'))
  expect(kinds(journal([open]), view(4, { finalized: 94n }, [receipt(HASH(300), 95n)]))).toEqual([])
  expect(
    decide(journal([open]), view(4, { finalized: 95n }, [receipt(HASH(300), 95n)]), DEFAULT_POLICY),
  ).toMatchObject([{ kind: 'mined', final: true }])
})

it('notices a receipt that moved to another block, and one that vanished', () => {
  const open = signed(intent(3, 'mined'))
  expect(kinds(journal([open]), view(4, {}, [receipt(HASH(300), 96n)]))).toEqual(['mined'])
  expect(kinds(journal([open]), view(3))).toEqual(['reopen'])
  const lagging = { head: { number: 94n, hash: HASH(94), parentHash: HASH(93), timestamp: 1n } }
  expect(kinds(journal([open]), view(3, lagging))).toEqual([])
})

it('holds new calls back until a reorg’s victims are mined again', () => {
  const victim = signed(intent(3, 'sent', { reopened: true }))
  expect(kinds(journal([victim, unsigned(intent(4, 'pending'))]), view(3))).toEqual([])
})

it('gives a nonce up only when a foreign transaction took it for good', () => {
  const open = signed(intent(3, 'sent'))
  expect(kinds(journal([open]), view(4, { finalizedNonce: 3 }))).toEqual([])
  expect(kinds(journal([open]), view(4, { finalizedNonce: 4 }))).toEqual(['release'])
})

it('fills a nonce nobody holds below one in flight', () => {
  const open = [signed(intent(3, 'sent')), signed(intent(5, 'sent'))]
  expect(decide(journal(open), view(2), DEFAULT_POLICY)).toMatchObject([
    { kind: 'fill', nonce: 2 },
    { kind: 'fill', nonce: 4 },
  ])
})

it('replaces what waited long enough in time and in blocks, and only the nonce the chain waits for', () => {
  const open = [signed(intent(3, 'sent')), signed(intent(4, 'sent'))]
  expect(decide(aged(open), view(3), DEFAULT_POLICY)).toMatchObject([
    { kind: 'replace', intent: { id: 3 }, fees: { maxFeePerGas: 23n, maxPriorityFeePerGas: 12n } },
  ])
  expect(kinds(aged(open, { firstBlock: 99n }), view(3))).toEqual([])
  expect(kinds(aged(open, { firstAt: NOW - 1 }), view(3))).toEqual([])
})

it('replaces at once what a node called underpriced', () => {
  expect(kinds(journal([signed(intent(3, 'sent'), { error: 'underpriced' })]), view(3))).toEqual(['replace'])
})

it('holds at the fee cap and keeps the transaction public', () => {
  const open = [signed(intent(3, 'sent'), { maxFeePerGas: 100n })]
  expect(kinds(aged(open), view(3))).toEqual(['hold'])
  expect(kinds(aged(open, { lastAt: NOW - DEFAULT_POLICY.republishAfterMs }), view(3))).toEqual([
    'hold',
    'republish',
  ])
})

it('turns a closing call into a no-op at once, and leaves a no-op its time', () => {
  const closing: { closing: Closing } = { closing: 'cancelled' }
  expect(kinds(journal([signed(intent(3, 'sent', closing))]), view(3))).toEqual(['replace'])
  expect(kinds(journal([signed(intent(3, 'sent', closing), { kind: 'noop' })]), view(3))).toEqual([])
})

it('publishes again what this process never broadcast, checking where the chain waits for it', () => {
  const open = [signed(intent(3, 'sent')), signed(intent(4, 'sent'))]
  expect(decide(journal(open, { published: new Map() }), view(3), DEFAULT_POLICY)).toMatchObject([
    { kind: 'republish', check: true, attempt: { nonce: 3 } },
    { kind: 'republish', check: false, attempt: { nonce: 4 } },
  ])
})

it('does nothing on an endpoint that lags behind what is final', () => {
  const open = [signed(intent(3, 'sent')), unsigned(intent(4, 'pending'))]
  expect(kinds({ ...aged(open), settledNonces: 3 }, view(2))).toEqual(['behind'])
})
