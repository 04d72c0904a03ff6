import type { Address } from 'viem'
import { tokenAbi, vaultAbi } from '../abi.ts'
import { replayVault, type ToldBook, type VaultEvent, type VaultReplay } from '../replay/vault.ts'
import type { Report } from '../report.ts'
import type { Run, Vault } from '../run.ts'

/** What a vault's events say it holds is what it says, and what it has. */
export async function checkVaults(run: Run, report: Report): Promise<void> {
  for (const vault of run.vaults) {
    const replay = replayVault(vault.events)
    const { idle, units, faults } = replay
    report.none(
      `the vault ${vault.address}: idle and units replayed from its events are what it books and holds`,
      [...faults, ...(await faultsOfHoldings(run, vault, replay))],
      vault.events.length,
      `${vault.events.length} events; ${exits(vault)}; idle ${await run.show(vault.asset, idle)}, units of ${units.size} destinations`,
    )
  }
}

async function faultsOfHoldings(
  run: Run,
  vault: Vault,
  { idle, units, book: told }: VaultReplay,
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
  faults.push(...bookFaults(book, { ...told, idle }))
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

function exits({ events }: Vault): string {
  const count = (name: VaultEvent['eventName']) => events.filter(({ eventName }) => eventName === name).length
  return `${count('Withdraw')} exits, ${count('SoldForExit')} sales for them, ${count('RedeemedInKind')} exits in kind`
}

/** Where what a vault says of its book now is not what its events told. */
export function bookFaults(book: ToldBook, replayed: ToldBook): string[] {
  const told = new Map<string, bigint | boolean>(Object.entries(book))
  return Object.entries(replayed).flatMap(([field, value]) =>
    told.get(field) === value ? [] : [`books ${field} ${told.get(field)}, replayed ${value}`],
  )
}
