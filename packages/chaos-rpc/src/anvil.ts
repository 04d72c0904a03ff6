import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { foundryBinary } from '@headrace/foundry'
import { forwardTo } from './upstream.ts'

export interface TestNode {
  readonly url: string
  /** Any JSON-RPC call, e.g. the `anvil_` ones. */
  rpc(method: string, ...params: unknown[]): Promise<unknown>
  /** Ends the node this test started, and nothing else. */
  stop(): Promise<void>
}

/** An anvil on a free port of 127.0.0.1, answering when this returns. */
export async function startAnvil(...flags: string[]): Promise<TestNode> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  // A node that is killed leaves the states it put aside: where nobody else would look for them.
  const cache = mkdtempSync(join(tmpdir(), 'anvil-'))
  const removeCache = () => rmSync(cache, { recursive: true, force: true })
  const args = ['--host', '127.0.0.1', '--port', String(port), '--cache-path', cache, '--silent', ...flags]
  const child = spawn(foundryBinary('anvil'), args, { stdio: ['ignore', 'ignore', 'inherit'] })
  // A test that is killed takes its node with it.
  const onExit = () => {
    child.kill('SIGKILL')
    removeCache()
  }
  process.once('exit', onExit)
  const node: TestNode = {
    url,
    rpc: (method, ...params) => call(url, method, params),
    stop: async () => {
      process.off('exit', onExit)
      await ended(child)
      removeCache()
    },
  }
  for (const deadline = Date.now() + 20_000; ; ) {
    try {
      await node.rpc('eth_chainId')
      return node
    } catch (error) {
      if (child.exitCode !== null || Date.now() > deadline) {
        await node.stop()
        throw new Error(`anvil did not start on port ${port}`, { cause: error })
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

async function call(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const { result, error } = await forwardTo(url)({ jsonrpc: '2.0', id: 1, method, params })
  if (error !== undefined) throw new Error(`${method}: ${error.message}`)
  return result
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}

/** A port of 127.0.0.1 that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no free port')),
      )
    })
  })
}
