import { join } from 'node:path'
import { type Claim, row } from '../claim.ts'
import { readVaults } from '../deployment.ts'
import { runVerifier, verifierRow } from '../verifier.ts'
import { build, devnetOptions, endRows, runDevnet, startDevnet } from './devnet.ts'
import { apiRow } from './live.ts'

const CYCLES = 3
const VAULTS = ['WETH, 18 decimals', 'USDC, 6 decimals']

export const vaults: Claim = {
  id: 'devnet',
  about: `npm start -- --cycles ${CYCLES} --exit, with a WETH and a USDC vault`,
  async prove(context) {
    const run = await runDevnet(context, 'vaults', ['--cycles', String(CYCLES)])
    const deployed = run.ended.code === 0 ? readVaults(join(context.dir, 'vaults/deployment.json')) : []
    const found = deployed.map(({ asset, decimals }) => `${asset}, ${decimals} decimals`)
    return [
      ...endRows(run),
      row(
        'vaults of the devnet',
        VAULTS.join('; '),
        found.join('; '),
        VAULTS.every((vault) => found.includes(vault)),
      ),
    ]
  },
}

export const vaultsLive: Claim = {
  id: 'live',
  about: 'verify:devnet and check:api on a running devnet with both vaults',
  async prove(context) {
    await build(context)
    const net = await devnetOptions(context, 'vaults-live')
    const cycles = ['--cycles', String(CYCLES)]
    const devnet = startDevnet(context, [...cycles, '--speed', '20', ...net.args])
    await devnet.says(/the clock stands still/, 3600)
    const rows = [
      verifierRow('verify:devnet proves the running devnet', await runVerifier(context, net, cycles), 0),
      await apiRow(context, net),
    ]
    await devnet.stop()
    return rows
  },
}
