import { type Claim, type Context, type Row, row } from '../claim.ts'
import { readLosses } from '../deployment.ts'
import { record } from '../summary.ts'
import { runVerifier, verifierRow, withoutOneWei } from '../verifier.ts'
import { build, devnetOptions, type Net, startDevnet } from './devnet.ts'
import { apiRow, foreignAnvil, interruptRows } from './live.ts'
import { oracleInputRows } from './oracle-input.ts'

/** The loss comes and is executed in the second. */
const CYCLES = 2

/** A devnet after a slash that is left running: what is claimed of it while it runs, and of Ctrl-C. */
export const lossesLive: Claim = {
  id: 'live',
  about: 'a running slashing devnet: verify:devnet, the API, bad input of the oracle, Ctrl-C',
  async prove(context) {
    await build(context)
    const foreign = await foreignAnvil(context)
    const net = await devnetOptions(context, 'slashing-live')
    const devnet = startDevnet(context, [
      ...['--cycles', String(CYCLES), '--scenario', 'slashing', '--speed', '4', ...net.args],
    ])
    await devnet.says(/the clock stands still/, 1800)
    devnet.watch()
    const rows = [
      ...(await verifierRows(context, net)),
      await apiRow(context, net),
      ...(await routeRows(net)),
      ...(await oracleInputRows(context, net)),
      ...(await interruptRows(devnet, foreign)),
    ]
    await foreign.program.stop()
    return rows
  },
}

/** It accepts the run, and nothing that was broken on purpose. */
async function verifierRows(context: Context, net: Net): Promise<Row[]> {
  const args = ['--cycles', String(CYCLES), '--expect', 'slash']
  const calm = ['--cycles', String(CYCLES), '--expect', 'no-loss']
  const { toke, recovery, backings } = readLosses(net.deployment)
  const [backing] = backings
  if (backing === undefined) throw new Error('the devnet has no backing')
  const { pool, asset } = backing
  const rows = [
    verifierRow(
      'verify:devnet --expect slash proves the running devnet',
      await runVerifier(context, net, args),
      0,
    ),
    verifierRow(
      'verify:devnet --expect no-loss does not',
      await runVerifier(context, net, calm),
      1,
      /FAIL {2}no loss: no slash/,
    ),
  ]
  for (const broken of [
    { token: toke, account: pool, what: 'TOKE in the pool', names: /TOKE in the pool/ },
    { token: toke, account: recovery, what: 'TOKE in the recovery', names: /the recovery holds/ },
    { token: asset, account: pool, what: 'fees in the pool', names: /the pool holds/ },
  ]) {
    rows.push(await withoutOneWei(context, net, { ...broken, args }))
  }
  const again = await runVerifier(context, net, args)
  rows.push(verifierRow('verify:devnet with the wei given back', again, 0))
  return rows
}

/** That the answers are right is check:api's row; here that they are there. */
async function routeRows({ api, deployment }: Net): Promise<Row[]> {
  const { backings } = readLosses(deployment)
  const lmp = backings.at(0)?.lmp ?? ''
  const routes = [
    '/v1/backing',
    `/v1/backing/${lmp}`,
    '/v1/losses',
    `/v1/losses/${lmp}-0`,
    `/v1/lmps/${lmp}/checkpoints`,
    '/v1/slashes',
    '/v1/vesting',
  ]
  return Promise.all(
    routes.map(async (route) => {
      const response = await fetch(`${api}${route}`)
      const { data } = record(await response.json())
      const items = Array.isArray(data) ? data.length : Object.keys(record(data)).length
      const what = Array.isArray(data) ? 'items' : 'fields'
      return row(
        `GET ${route.replace(lmp, '{lmp}')}`,
        '200, with data',
        `${response.status}, ${items} ${what}`,
        response.status === 200 && items > 0,
      )
    }),
  )
}
