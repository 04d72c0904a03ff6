import { encodeFunctionData, type Hex, parseEther } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { expect, it } from 'vitest'
import { oracleAbi } from '../src/abi-loss.ts'
import { caseFaults, repeatFaults } from '../src/checks/cases.ts'
import { calmSteps, slashSteps } from '../src/checks/expectation.ts'
import { recoverSigned, type Signed, typedData, type VaultLosses } from '../src/losses.ts'
import { type LossEvent, LossReplay } from '../src/replay/losses.ts'
import { type PoolEvent, PoolReplay } from '../src/replay/pool.ts'
import { address, hash } from './events.ts'
import {
  at,
  calm,
  FALLEN,
  LOSS,
  moved,
  NO_RECOVERY,
  POOL,
  pool,
  REPORTERS,
  SLASHED,
  SUPPLY,
  slashing,
  tamper,
  transaction,
  VAULT,
  WAD,
  windowHash,
} from './story.ts'

const ORACLE = address(60)
const report = { lmp: VAULT, epoch: 0n, first: 2n, last: 6n, windowHash, loss: LOSS }
const signed = (change: Partial<Signed> = {}): Signed => ({
  report,
  signers: [REPORTERS[0], REPORTERS[2]],
  ...change,
})
const slashes = () => new PoolReplay(poolEvents(), ({ time }) => time).slashes
const poolEvents = (): PoolEvent[] =>
  pool().filter((event): event is PoolEvent => event.time <= at(85) && !('lmp' in event.args))

function faultsOf(events: LossEvent[], told = signed(), slashed = slashes()): string[] {
  const [only] = new LossReplay(VAULT, events).cases
  if (only === undefined) throw new Error('no case')
  return caseFaults(only, told, slashed[0])
}

it('accepts a case that follows the rules', () => {
  expect(faultsOf(slashing())).toEqual([])
  // And one that waits.
  expect(faultsOf(slashing().slice(0, -7), signed(), [])).toEqual([])
})

it.each([
  ['a window that begins later', /first checkpoint 3/, tamper(slashing(), 'CaseOpened', { first: 3n })],
  ['a window that ends later', /last checkpoint 7/, tamper(slashing(), 'CaseOpened', { last: 7n })],
  ['a window of another hash', /: window hash/, tamper(slashing(), 'CaseOpened', { windowHash: hash(3) })],
  [
    'a loss above the window',
    /: loss 30.*1, computed/,
    tamper(slashing(), 'CaseOpened', { loss: LOSS + 1n }),
  ],
  [
    'an earlier execution allowed',
    /executable at/,
    tamper(slashing(), 'CaseOpened', { executableAt: at(84) }),
  ],
  [
    'signers told who did not sign',
    /signers told/,
    tamper(slashing(), 'CaseOpened', { signers: [...REPORTERS] }),
  ],
  ['an execution after 47 h', /ended 169200 s after/, moved(slashing(), 37, 38)],
  ['two executions', /ended 2 times/, tamper(slashing(), 'CaseExecuted', 'double')],
  ['a loss above the reported one', /reported 30/, tamper(slashing(), 'CaseExecuted', { loss: LOSS + 1n })],
  [
    'a loss above the live one',
    /: loss 30.*, computed 29/,
    tamper(slashing(), 'LossExecuted', { mark: FALLEN + 1n }),
  ],
  [
    'a coverage of one wei more',
    /: coverage 20.*1, computed/,
    tamper(slashing(), 'CaseExecuted', { coverage: parseEther('20') + 1n }),
  ],
  [
    'a coverage the ledger does not owe',
    /coverage of the ledger 0/,
    tamper(slashing(), 'LossExecuted', { coverage: 0n }),
  ],
  ['another amount slashed', /: slashed 119/, tamper(slashing(), 'CaseExecuted', { slashed: SLASHED - 1n })],
  ['another amount vesting', /vesting TOKE/, tamper(slashing(), 'RecoveryOpened', { toke: SLASHED - 1n })],
  [
    'a vesting of 179 days',
    /end of the vesting/,
    tamper(slashing(), 'RecoveryOpened', { end: at(85 + 179 * 24) }),
  ],
  [
    'a vesting that began before',
    /start of the vesting/,
    tamper(slashing(), 'RecoveryOpened', { start: at(84) }),
  ],
  [
    'a recovery of another mark',
    /mark of the recovery/,
    tamper(slashing(), 'RecoveryOpened', { mark: FALLEN }),
  ],
  [
    'a recovery of another coverage',
    /coverage of the recovery/,
    tamper(slashing(), 'RecoveryOpened', { coverage: LOSS }),
  ],
  ['no recovery', /nothing vests/, tamper(slashing(), 'RecoveryOpened', 'drop')],
  ['no loss counted', /counted no loss/, tamper(slashing(), 'LossExecuted', 'drop')],
  [
    'a slash told that never was',
    /: recovery 0, computed/,
    tamper(slashing(), 'CaseExecuted', { recoveryId: NO_RECOVERY }),
  ],
  [
    'a quorum of three',
    /2 reporters signed, 3 are needed/,
    tamper(slashing(), 'ReportersSet', { quorum: 3n }),
  ],
  ['no quorum known', /0 are needed/, tamper(slashing(), 'ReportersSet', 'drop')],
])('finds %s', (_, fault, events) => {
  expect(faultsOf(events)).toContainEqual(expect.stringMatching(fault))
})

it.each([
  ['one signature', /1 reporters signed, 2/, signed({ signers: [REPORTERS[0]] })],
  ['a signer twice', /2 signatures of 1 reporters/, signed({ signers: [REPORTERS[0], REPORTERS[0]] })],
  [
    'a signer who is no reporter',
    /1 signatures are of no reporter/,
    signed({ signers: [REPORTERS[0], address(99)] }),
  ],
  [
    'a signature of no key',
    /1 signatures are of no reporter/,
    signed({ signers: [REPORTERS[0], undefined] }),
  ],
  ['signatures of another vault', /signed for/, signed({ report: { ...report, lmp: POOL } })],
  ['signatures of another epoch', /signed epoch/, signed({ report: { ...report, epoch: 1n } })],
  ['signatures of another window', /signed last checkpoint/, signed({ report: { ...report, last: 7n } })],
  [
    'signatures of another hash',
    /signed window hash/,
    signed({ report: { ...report, windowHash: hash(4) } }),
  ],
  ['signatures of another loss', /signed loss/, signed({ report: { ...report, loss: LOSS - 1n } })],
])('finds %s', (_, fault, told) => {
  expect(faultsOf(slashing(), told)).toContainEqual(expect.stringMatching(fault))
})

it('finds a slash of less than 30% of A, rounded up', () => {
  const [slash] = slashes()
  if (slash === undefined) throw new Error('no slash')
  expect(faultsOf(slashing(), signed(), [{ ...slash, before: slash.before + 1n }])).not.toEqual([])
  expect(faultsOf(slashing(), signed(), [])).not.toEqual([])
})

const rejection = (loss: bigint, ...more: LossEvent[]) => [
  ...slashing().slice(0, -7),
  ...transaction(
    85,
    { eventName: 'CaseRejected', args: { lmp: VAULT, epoch: 0n, loss, threshold: parseEther('10') } },
    { eventName: 'LossRejected', args: { lmp: VAULT, epoch: 0n } },
  ),
  ...more,
]

it('accepts a rejection below the threshold only', () => {
  expect(faultsOf(rejection(parseEther('10')), signed(), [])).toEqual([])
  expect(faultsOf(rejection(parseEther('10') + 1n), signed(), [])).not.toEqual([])
  expect(faultsOf(rejection(0n), signed())).not.toEqual([])
})

it('finds a loss that is counted twice', () => {
  const [first] = new LossReplay(VAULT, slashing()).cases
  if (first?.counted === undefined) throw new Error('no case')
  const second = (mark: bigint, high: bigint) => ({
    ...first,
    before: { mark, supply: SUPPLY },
    ...(first.counted === undefined
      ? {}
      : { counted: { ...first.counted, args: { ...first.counted.args, mark: high } } }),
  })
  expect(repeatFaults([first, second(FALLEN, FALLEN)])).not.toEqual([])
  expect(repeatFaults([first, second(FALLEN, parseEther('0.9'))])).toEqual([])
  // It had recovered in between.
  expect(repeatFaults([first, second(WAD, FALLEN)])).toEqual([])
})

it('recovers who signed, on this chain and for this contract alone', async () => {
  const accounts = [1, 2].map((n) => privateKeyToAccount(`0x${n.toString(16).padStart(64, '0')}` as const))
  const signatures: Hex[] = await Promise.all(
    accounts.map((account) => account.signTypedData({ ...typedData(ORACLE, 31337), message: report })),
  )
  const submit = (change: Partial<typeof report>, list = signatures) =>
    encodeFunctionData({ abi: oracleAbi, functionName: 'submit', args: [{ ...report, ...change }, list] })
  const signers = async (data: Hex, oracle = ORACLE, chainId = 31337) =>
    (await recoverSigned(data, oracle, chainId)).signers
  const own = accounts.map((account) => account.address)
  expect(await signers(submit({}))).toEqual(own)
  expect((await recoverSigned(submit({}), ORACLE, 31337)).report).toEqual(report)
  expect(await signers(submit({}), ORACLE, 1)).not.toEqual(own)
  expect(await signers(submit({}), POOL)).not.toEqual(own)
  expect(await signers(submit({ loss: LOSS + 1n }))).not.toEqual(own)
  expect(await signers(submit({}, ['0x1234']))).toEqual([undefined])
})

function losses(events: LossEvent[], backed = poolEvents()): VaultLosses[] {
  const replay = new PoolReplay(backed, ({ time }) => time)
  return [
    {
      vault: VAULT,
      replay: new LossReplay(VAULT, events),
      backing: { address: POOL, replay, frozenAt: () => undefined },
    },
  ]
}
const failing = (steps: ReturnType<typeof slashSteps>) =>
  steps.filter(({ holds }) => !holds).map(({ claim }) => claim.slice(claim.indexOf(':') + 2))

it('tells a whole story of a slash', () => {
  expect(failing(slashSteps(losses(slashing())))).toEqual([])
})

it.each([
  ['nothing happened', losses(calm(), []), 7],
  ['the case was not opened', losses(slashing().slice(0, -8)), 6],
  ['the case was not executed', losses(slashing().slice(0, -7)), 3],
  ['nothing vests', losses(tamper(slashing(), 'RecoveryOpened', { toke: 0n })), 1],
  ['too few signed', losses(tamper(slashing(), 'CaseOpened', { signers: [REPORTERS[0]] })), 1],
  ['executed twice', losses(tamper(slashing(), 'CaseExecuted', 'double')), 1],
  ['there was no freeze', losses(tamper(slashing(), 'Frozen', 'drop')), 1],
  [
    'no fees are paid',
    losses(
      slashing(),
      poolEvents().filter((event) => event.eventName !== 'Notified'),
    ),
    1,
  ],
])('misses steps when %s', (_, found, missing) => {
  expect(failing(slashSteps(found))).toHaveLength(missing)
})

it('tells a story without a loss', () => {
  const untouched = poolEvents().filter(({ eventName }) => eventName !== 'Slashed')
  expect(failing(calmSteps(losses(calm(), untouched)))).toEqual([])
  expect(failing(calmSteps(losses(slashing())))).toHaveLength(4)
  expect(failing(calmSteps(losses(calm().slice(0, 3), [])))).toHaveLength(1)
})
