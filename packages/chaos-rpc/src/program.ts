import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const TSX = fileURLToPath(import.meta.resolve('tsx'))

export interface Ended {
  /** Null when a signal ended it. */
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** A program as an operator starts it: the environment is what is given and nothing of ours. */
export function start(file: string, args: readonly string[], env: Record<string, string>) {
  const child: ChildProcess = spawn(process.execPath, ['--import', TSX, file, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk: Buffer) => {
    output.stdout += chunk.toString()
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    output.stderr += chunk.toString()
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, ...output }))
  })
  return { child, output, ended }
}
