import type { Address } from 'viem'
import { tokenAbi, vaultAbi } from '../abi.ts'
import { replayVault } from '../replay/vault.ts'
import type { Report } from '../report.ts'
import type { Run, Vault } from '../run.ts'

/** What a vault's events say it holds is what it says, and what it has. */
export async function checkVaults(run: Run, report: Report): Promise<void> {
  for (const vault of run.vaults) {
    const { idle, units, faults } = replayVault(vault.events)
    const held = await faultsOfHoldings(run, vault, idle, units)
    report.none(
      `the vault ${vault.address}: idle and units replayed from its events are what it books and holds`,
      [...faults, ...held],
      vault.events.length,
      `${vault.events.length} events; idle ${await run.show(vault.asset, idle)}, units of ${units.size} destinations`,
    )
  }
}

async function faultsOfHoldings(
  run: Run,
  vault: Vault,
  idle: bigint,
  units: Map<Address, bigint>,
): Promise<string[]> {
  const { client, head: blockNumber } = run.chain
  const contract = { address: vault.address, abi: vaultAbi, blockNumber } as const
  const balance = (address: Address) =>
    client.readContract({
      address,
      abi: tokenAbi,
      functionName: 'balanceOf',
      args: [vault.address],
      blockNumber,
    })
  const faults: string[] = []
  const [book, held] = await Promise.all([
    client.readContract({ ...contract, functionName: 'book' }),
    balance(vault.asset),
  ])
  if (book.idle !== idle) faults.push(`books idle ${book.idle}, replayed ${idle}`)
  if (held < idle) faults.push(`holds ${held} of the asset, idle is ${idle}`)
  for (const [destination, expected] of units) {
    const [state, owned] = await Promise.all([
      client.readContract({ ...contract, functionName: 'destinationState', args: [destination] }),
      balance(destination),
    ])
    if (state.units !== expected)
      faults.push(`books ${state.units} units of ${destination}, replayed ${expected}`)
    if (owned !== expected) faults.push(`holds ${owned} units of ${destination}, replayed ${expected}`)
  }
  return faults
}
