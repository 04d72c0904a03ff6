import { type Claim, row } from '../claim.ts'
import { readVaults } from '../deployment.ts'
import { runVerifier, verifierRow } from '../verifier.ts'
import { build, devnetOptions, endRows, runDevnet, startDevnet } from './devnet.ts'
import { apiRow } from './live.ts'

const CYCLES = 3
const VAULTS = ['WETH, 18 decimals', 'USDC, 6 decimals']

export const vaults: Claim = {
  id: 'devnet',
  about: `npm start -- --cycles ${CYCLES} --exit with a WETH and a USDC vault; check:api on one that goes on`,
  async prove(context) {
    const run = await runDevnet(context, 'vaults', ['--cycles', String(CYCLES)])
    const rows = endRows(run)

    await build(context)
    const net = await devnetOptions(context, 'vaults-live')
    const devnet = startDevnet(context, ['--cycles', String(CYCLES), '--speed', '20', ...net.args])
    await devnet.says(/the clock stands still/, 1800)
    const found = readVaults(net.deployment).map(({ asset, decimals }) => `${asset}, ${decimals} decimals`)
    rows.push(
      row(
        'vaults of the devnet',
        VAULTS.join('; '),
        found.join('; '),
        VAULTS.every((vault) => found.includes(vault)),
      ),
      verifierRow(
        'verify:devnet proves the running devnet',
        await runVerifier(context, net, ['--cycles', String(CYCLES)]),
        0,
      ),
      await apiRow(context, net),
    )
    await devnet.stop()
    return rows
  },
}
