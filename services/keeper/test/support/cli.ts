import { join } from 'node:path'
import { type Ended, start } from '@headrace/chaos-rpc/program'

export const MAIN = join(import.meta.dirname, '../../src/main.ts')

export function keeper(args: readonly string[], env: Record<string, string>): Promise<Ended> {
  return start(MAIN, args, env).ended
}
