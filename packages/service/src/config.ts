import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import { StartupError, systemCode } from './errors.ts'

/** Fields most services share. `describe` comes last on every field: it is the "what to set" of the message. */
export const field = {
  chainId: () => z.coerce.number().int().positive().describe('the chain id the service runs on, e.g. 1'),
  rpcUrls: () =>
    z
      .string()
      .transform((text) => text.split(',').map((url) => url.trim()))
      .pipe(z.array(z.url({ protocol: /^https?$/ })).min(1))
      .describe('comma-separated http(s) RPC URLs, the preferred one first'),
  port: (fallback: number, what: string) =>
    z.coerce
      .number()
      .int()
      .min(1)
      .max(65_535)
      .default(fallback)
      .describe(`port of ${what}, default ${fallback}`),
  file: (what: string) => z.string().min(1).describe(`path of ${what}`),
  logLevel: () =>
    z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
      .default('info')
      .describe('trace, debug, info, warn, error or silent; default info'),
}

/** The environment, over the variables of a `.env` file when there is one. */
export function readEnv(file = '.env'): Record<string, string | undefined> {
  try {
    return { ...parseEnv(readFileSync(file, 'utf8')), ...process.env }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { ...process.env }
    throw new StartupError(`${file} cannot be read (${systemCode(error)}): fix its permissions or remove it`)
  }
}

/**
 * Validates the environment. An empty variable counts as missing; the values themselves are never printed.
 * @throws StartupError naming the first variable that is missing or bad, and the others.
 */
export function loadConfig<T extends z.ZodObject>(
  schema: T,
  env: Readonly<Record<string, string | undefined>> = readEnv(),
): z.infer<T> {
  const names = Object.keys(schema.shape)
  const present = Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])))
  const result = schema.safeParse(present)
  if (result.success) return result.data

  const first = result.error.issues[0]
  const name = String(first?.path[0] ?? names[0])
  const problem = name in present ? `is not valid (${first?.message})` : 'is not set'
  const others = new Set(
    result.error.issues.map((issue) => String(issue.path[0])).filter((other) => other !== name),
  )
  const rest = others.size > 0 ? ` (also check ${[...others].join(', ')})` : ''
  throw new StartupError(`${name} ${problem}: set it to ${describeField(schema, name)}${rest}`)
}

/** The variables of a schema, one per line, for `--help`. */
export function configHelp(schema: z.ZodObject): string {
  const names = Object.keys(schema.shape)
  const width = Math.max(...names.map((name) => name.length))
  return names.map((name) => `  ${name.padEnd(width)}  ${describeField(schema, name)}`).join('\n')
}

function describeField(schema: z.ZodObject, name: string): string {
  const shape: Record<string, z.core.$ZodType> = schema.shape
  const type = shape[name]
  const text = type === undefined ? undefined : z.globalRegistry.get(type)?.description
  return text ?? 'a valid value'
}
