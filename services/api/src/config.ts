import { field } from '@headrace/service'
import { z } from 'zod'

/** The environment of the API; see `api --help`. */
export const configSchema = z.object({
  RPC_URLS: field.rpcUrls(),
  CHAIN_ID: field.chainId(),
  DEPLOYMENT_FILE: field.file('the deployment file, e.g. deployments/1.json'),
  DATABASE_FILE: z
    .string()
    .min(1)
    .default('api.db')
    .describe('path of the index, a SQLite file that is created where it is missing; default api.db'),
  API_PORT: field.port(8080, 'the API'),
  LOG_LEVEL: field.logLevel(),
})

export type Config = z.infer<typeof configSchema>
