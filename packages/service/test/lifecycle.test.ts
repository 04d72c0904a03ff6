import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const PROGRAM = fileURLToPath(new URL('program.ts', import.meta.url))

/** Runs the program, sends the signals once it has started, and returns how it ended. */
function run(behaviour: string, ...signals: Array<'SIGINT' | 'SIGTERM'>) {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, behaviour])
  let stdout = ''
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8')
  })
  child.stdout.on('data', (chunk: Buffer) => {
    if (stdout === '') for (const signal of signals) child.kill(signal)
    stdout += chunk.toString('utf8')
  })
  return new Promise<{ code: number | null; stdout: string[]; stderr: string }>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout: stdout.trim().split('\n'), stderr }))
  })
}

const CLOSED = ['started', 'closed last', 'closed first']

it.each([
  ['return', [], 0, ''],
  ['misconfigured', [], 78, 'program: RPC_URLS is not set: set it\n'],
  ['wait', ['SIGTERM'], 0, ''],
  ['wait', ['SIGINT'], 0, ''],
] as const)('%s with %j exits %i and closes in reverse order', async (behaviour, signals, code, stderr) => {
  expect(await run(behaviour, ...signals)).toEqual({ code, stdout: CLOSED, stderr })
})

it('exits 1 with a stack after an unexpected error', async () => {
  const { code, stdout, stderr } = await run('broken')
  expect({ code, stdout }).toEqual({ code: 1, stdout: CLOSED })
  expect(stderr).toMatch(/^program: bug\nError: bug\n {4}at /)
})

it('exits 1 when it does not stop in time', async () => {
  const { code, stdout, stderr } = await run('deaf', 'SIGTERM')
  expect({ code, stdout }).toEqual({ code: 1, stdout: CLOSED })
  expect(stderr).toMatch(/^program: did not stop within 300 ms\n/)
})

it('exits at once on a second signal', async () => {
  const { code, stdout } = await run('deaf', 'SIGINT', 'SIGTERM')
  expect(code).toBeGreaterThan(128)
  expect(stdout).toEqual(['started'])
})
