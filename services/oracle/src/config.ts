import { field } from '@headrace/service'
import { parseEther } from 'viem'
import { z } from 'zod'

const PERSONALITIES = ['reporter', 'executor'] as const
export type Personality = (typeof PERSONALITIES)[number]

const gasCeiling = (fallback: bigint, what: string) =>
  z.coerce
    .bigint()
    .positive()
    .default(fallback)
    .describe(`most gas one ${what} may need, default ${fallback}`)

const list = (text: string) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')

export const configSchema = z.object({
  RPC_URLS: field
    .rpcUrls()
    .describe('comma-separated http(s) RPC URLs, two or more of different operators: all must say the same'),
  CHAIN_ID: field.chainId(),
  DEPLOYMENT_FILE: field.file('the deployment, e.g. deployments/1.json'),
  PERSONALITY: z
    .string()
    .default('reporter')
    .transform(list)
    .pipe(z.array(z.enum(PERSONALITIES)).min(1))
    .describe(
      'reporter (signs, serves and submits reports), executor (executes cases, ends recoveries) or both with a comma; default reporter',
    ),
  ORACLE_KEY_FILE: z
    .string()
    .optional()
    .describe(
      'path of a file with the hex private key, mode 600; without a key the oracle signs and sends nothing (dry run)',
    ),
  ORACLE_KEYSTORE: z
    .string()
    .optional()
    .describe('path of a v3 keystore with the key, instead of ORACLE_KEY_FILE'),
  ORACLE_KEYSTORE_PASSWORD_FILE: z
    .string()
    .optional()
    .describe("path of a file with the keystore's password, mode 600"),
  DATABASE_FILE: z
    .string()
    .min(1)
    .default('oracle.db')
    .describe(
      "path of the oracle's journal, which must outlive restarts and belongs to one key; default oracle.db",
    ),
  PEER_URLS: z
    .string()
    .default('')
    .transform(list)
    .pipe(z.array(z.url({ protocol: /^https?$/ })))
    .describe('comma-separated http(s) URLs of the other reporters, e.g. http://10.0.0.2:9102'),
  ORACLE_PORT: field.port(9102, '/v1/reports, /healthz, /readyz and /metrics'),
  LISTEN_HOST: z
    .union([z.ipv4(), z.ipv6()])
    .default('127.0.0.1')
    .describe('IP address to listen on; the other reporters must reach it; default 127.0.0.1'),
  LOG_LEVEL: field.logLevel(),
  POLL_INTERVAL_MS: z.coerce
    .number()
    .int()
    .min(20)
    .max(60_000)
    .default(4_000)
    .describe('pause between two looks at the chain and at the peers, 20 to 60000, default 4000'),
  RPC_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(120_000)
    .default(10_000)
    .describe('deadline of one request to one RPC endpoint, 100 to 120000, default 10000'),
  FINALITY_DEPTH: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000)
    .optional()
    .describe(
      'finalized = head - FINALITY_DEPTH, for chains without a finalized block of their own; default: what the chain calls finalized',
    ),
  ROTATION_SLOT_S: z.coerce
    .bigint()
    .min(60n)
    .default(900n)
    .describe(
      'seconds of block time after which the next reporter submits what the one before has not; the same for all reporters, default 900',
    ),
  MIN_BALANCE_ETH: z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'not a decimal number')
    .default('0.05')
    .transform((text) => parseEther(text))
    .describe('balance below which the oracle raises an alarm, in ETH, default 0.05'),
  STALL_AFTER_S: z.coerce
    .number()
    .positive()
    .default(1_800)
    .describe(
      'time without a new finalized block that all endpoints agree on after which /readyz fails, default 1800',
    ),
  MAX_GAS_SUBMIT: gasCeiling(2_000_000n, 'submission of a report'),
  MAX_GAS_EXECUTE: gasCeiling(15_000_000n, 'execution of a case or end of a recovery'),
})

export type OracleConfig = z.infer<typeof configSchema>

/** `status` reads the journal and nothing else. */
export const statusSchema = configSchema.pick({ DATABASE_FILE: true })
