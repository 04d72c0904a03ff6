/**
 * Compares the API with the chain. Imports nothing of what the API computes with: ABIs, and the chain by eth_call and
 * eth_getLogs. Exit code 1 when anything differs or nothing was compared.
 */
import { Command } from 'commander'
import { checkApi } from './check.ts'

const SHOWN = 50

const options = new Command('check:api')
  .description('compare every amount the API shows with the chain at the block it names')
  .option(
    '--api <url>',
    'URL of the API (environment: API_URL)',
    process.env.API_URL ?? 'http://127.0.0.1:8080',
  )
  .option(
    '--rpc <url>',
    'URL of a node (environment: RPC_URL)',
    process.env.RPC_URL ?? 'http://127.0.0.1:8545',
  )
  .parse()
  .opts<{ api: string; rpc: string }>()

try {
  const { amounts, others, differences, leftOut } = await checkApi(options.api, options.rpc)
  for (const difference of differences.slice(0, SHOWN)) console.error(difference)
  if (differences.length > SHOWN) console.error(`... and ${differences.length - SHOWN} more`)
  console.log(`${amounts} amounts and ${others} other values compared, ${differences.length} differ`)
  for (const each of leftOut) console.log(`not compared: ${each}; a node with an archive has it`)
  if (amounts === 0) console.error('nothing was compared: is anything deployed and indexed?')
  process.exitCode = differences.length > 0 || amounts === 0 ? 1 : 0
} catch (error) {
  const reason =
    error instanceof Error ? [error.message, error.cause].map(firstLine).filter(Boolean).join(': ') : error
  console.error(`check:api: ${reason} (API ${options.api}): start both or name them with --api and --rpc`)
  process.exitCode = 1
}

function firstLine(value: unknown): string {
  const text = value instanceof Error ? value.message : typeof value === 'string' ? value : ''
  return text.split('\n', 1)[0] ?? ''
}
