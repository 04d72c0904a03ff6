import { artifact, type Code } from '@headrace/foundry/artifacts'
import { toFunctionSelector } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { Contract, World } from './world.ts'

/** `Roles.LOSS`. */
const LOSS = 5n
/** Keys of the tests alone. */
export const REPORTERS = [
  privateKeyToAccount(`0x${'a1'.repeat(32)}`),
  privateKeyToAccount(`0x${'b2'.repeat(32)}`),
]

interface Backed {
  access: Contract
  lossLedger: Contract
  lmp: Contract
  configurator: Contract
}

/** The real recovery, oracle, pool and splitters of a vault, wired with the roles of a deployment. */
export async function deployBacking(
  world: World,
  fixture: (name: string) => Code,
  { access, lossLedger, lmp, configurator }: Backed,
) {
  const { admin } = world
  const toke = await world.deploy(fixture('TokenFixture'), 'TOKE', 18)
  const recovery = await world.deploy(artifact('Recovery'), access.address, lossLedger.address, toke.address)
  const oracle = await world.deploy(
    artifact('LossOracle'),
    access.address,
    lossLedger.address,
    recovery.address,
    REPORTERS.map(({ address }) => address),
    2n,
  )
  const pool = await world.deploy(artifact('BackingPool'), access.address, toke.address, lmp.address, 0)
  const splitter = (bps: bigint) =>
    world.deploy(artifact('FeeSplitter'), lmp.address, pool.address, admin, bps)
  const splitters = [await splitter(5_000n), await splitter(10_000n)] as const

  for (const { address } of [oracle, recovery]) await world.send(access, 'grantRole', LOSS, address, 0)
  for (const [target, functions] of [
    [
      lossLedger,
      ['execute(address,uint256,uint256)', 'reject(address)', 'reduceCover(address,uint256,uint256)'],
    ],
    [pool, ['slash(uint256,address)']],
    [recovery, ['open(address,address,uint256,uint256,uint256,uint256,uint256)']],
  ] as const) {
    const selectors = functions.map((each) => toFunctionSelector(each))
    await world.send(access, 'setTargetFunctionRole', target.address, selectors, LOSS)
  }
  await world.send(oracle, 'setBacking', lmp.address, pool.address)
  await world.send(configurator, 'setFee', lmp.address, 2_000n, splitters[0].address)
  await world.send(configurator, 'setManagementFee', lmp.address, 20n, splitters[1].address)
  return { toke, pool, splitters, oracle, recovery }
}
