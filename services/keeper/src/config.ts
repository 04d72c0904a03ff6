import { field } from '@headrace/service'
import { type Address, getAddress, isAddress, parseEther, parseGwei } from 'viem'
import { z } from 'zod'

const decimal = (fallback: string, parse: (text: string) => bigint, what: string) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'not a decimal number')
    .default(fallback)
    .transform((text) => parse(text))
    .describe(`${what}, default ${fallback}`)

const seconds = (fallback: number, what: string, most?: bigint) =>
  (most === undefined ? z.coerce.bigint().positive() : z.coerce.bigint().positive().lte(most))
    .default(BigInt(fallback))
    .describe(`${what}, in seconds, default ${fallback}`)

/** Reports write the checkpoints that losses are counted from; those of a case are hours apart. */
const REPORT_MAX_AGE = 6 * 3600

const gasCeiling = (fallback: bigint, job: string) =>
  z.coerce
    .bigint()
    .positive()
    .default(fallback)
    .describe(`most gas one transaction of the ${job} job may need, default ${fallback}`)

export const configSchema = z.object({
  RPC_URLS: field.rpcUrls(),
  CHAIN_ID: field.chainId(),
  DEPLOYMENT_FILE: field.file('the deployment, e.g. deployments/1.json'),
  KEEPER_KEY_FILE: z
    .string()
    .optional()
    .describe(
      'path of a file with the hex private key, mode 600; without a key the keeper sends nothing (dry run)',
    ),
  KEEPER_KEYSTORE: z
    .string()
    .optional()
    .describe('path of a v3 keystore with the key, mode 600, instead of KEEPER_KEY_FILE'),
  KEEPER_KEYSTORE_PASSWORD_FILE: z
    .string()
    .optional()
    .describe("path of a file with the keystore's password, mode 600"),
  DATABASE_FILE: z
    .string()
    .min(1)
    .default('keeper.db')
    .describe("path of the keeper's journal, which must outlive restarts; default keeper.db"),
  METRICS_PORT: field.port(9101, '/healthz, /readyz and /metrics on 127.0.0.1'),
  LOG_LEVEL: field.logLevel(),
  POLL_INTERVAL_MS: z.coerce
    .number()
    .int()
    .min(20)
    .max(60_000)
    .default(2_000)
    .describe('pause between two looks at the chain, 20 to 60000, default 2000'),
  MAX_FEE_GWEI: decimal(
    '200',
    parseGwei,
    'fee per gas (base fee and tip) above which nothing new is sent, in gwei',
  ),
  MIN_BALANCE_ETH: decimal('0.05', parseEther, 'balance below which the keeper raises an alarm, in ETH'),
  STALL_AFTER_S: seconds(180, 'time without a new block after which /readyz fails'),
  STANDBY_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe(
      'how long something must have been due before this keeper does it; give a second keeper some seconds, default 0',
    ),
  REPORT_MAX_AGE_S: seconds(
    REPORT_MAX_AGE,
    'age of a vault report at which a new one is due; at most the default, or losses are counted too late',
    BigInt(REPORT_MAX_AGE),
  ),
  REPORT_MOVE_BPS: z.coerce
    .bigint()
    .positive()
    .default(10n)
    .describe('change of the value of a destination that is reported at once, in basis points, default 10'),
  REBALANCE_INTERVAL_S: seconds(3600, 'block time between two searches for a rebalance that found none'),
  FEES_MIN_ETH: decimal(
    '0.05',
    parseEther,
    'value of a fee splitter from which it is distributed to the backers, in ETH',
  ),
  HARVEST_MIN_BPS: z.coerce
    .bigint()
    .positive()
    .lte(10_000n)
    .default(2n)
    .describe(
      'rewards of a destination, or proceeds of an auction, that are moved at once, in basis points of what the vault holds, default 2',
    ),
  HARVEST_INTERVAL_S: seconds(86_400, 'time after which they are moved whatever they are worth'),
  AUCTION_POKE_S: seconds(
    21_600,
    "age of the auction's last look at the price of a running lot at which it looks again",
  ),
  SOLVER_EXECUTOR: z
    .custom<Address>(
      (value) => typeof value === 'string' && isAddress(value, { strict: false }),
      'not an address',
    )
    .transform((value) => getAddress(value))
    .optional()
    .describe('SolverExecutor owned by the key, default the one of the deployment file'),
  MAX_GAS_CYCLE: gasCeiling(4_000_000n, 'cycle'),
  MAX_GAS_REPORT: gasCeiling(15_000_000n, 'report'),
  MAX_GAS_SNAPSHOT: gasCeiling(2_000_000n, 'snapshot'),
  MAX_GAS_REBALANCE: gasCeiling(8_000_000n, 'rebalance'),
  MAX_GAS_FEES: gasCeiling(2_000_000n, 'fees'),
  MAX_GAS_HARVEST: gasCeiling(6_000_000n, 'harvest'),
  MAX_GAS_AUCTION: gasCeiling(2_000_000n, 'auction'),
})

export type KeeperConfig = z.infer<typeof configSchema>

/** `status` reads the journal and nothing else. */
export const statusSchema = configSchema.pick({ DATABASE_FILE: true })
