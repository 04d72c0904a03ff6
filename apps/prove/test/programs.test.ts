import { afterEach, expect, it, vi } from 'vitest'
import { freePort, freePorts, occupy, Programs } from '../src/programs.ts'

const programs = new Programs()
const node = (source: string) =>
  programs.start(process.execPath, ['-e', source], { cwd: import.meta.dirname })
const SLEEPER = `require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { detached: true, stdio: 'ignore' })`

afterEach(() => programs.stop())

it('tells how a program ended', async () => {
  const { code, stdout, stderr } = await node(
    `console.log('a'); console.error('b'); process.exitCode = 3`,
  ).within(20)
  expect({ code, stdout, stderr }).toEqual({ code: 3, stdout: 'a\n', stderr: 'b\n' })
})

it('sees a process that outlives the one that started it', async () => {
  const program = node(
    `${SLEEPER}.unref(); console.log('ready'); process.stdin; setTimeout(() => process.exit(), 1500)`,
  )
  await program.says(/ready/, 20)
  expect(program.watch().size).toBe(1)
  await program.within(20)
  const left = program.left()
  expect(left).toHaveLength(1)
  process.kill(Number(left[0]?.split(' ', 1)[0]), 'SIGKILL')
})

it('ends a deaf program and what it started', async () => {
  const program = node(
    `process.on('SIGTERM', () => {}); process.on('SIGINT', () => process.exit(7)); ${SLEEPER}; console.log('ready')`,
  )
  await program.says(/ready/, 20)
  program.interrupt()
  expect((await program.within(20)).code).toBe(7)
})

it('kills a program that takes too long, and says so', async () => {
  const program = node(`${SLEEPER}; console.log('ready')`)
  await program.says(/ready/, 20)
  await expect(program.within(0.1)).rejects.toThrow('not done within 0.1 s; it said: ready')
  // A killed process is seen for a moment longer.
  await vi.waitFor(() => expect(program.left()).toEqual([]), 5000)
})

it('says when a program ends without its line', async () => {
  await expect(node(`console.error('no luck')`).says(/ready/, 20)).rejects.toThrow('it said: no luck')
})

it('finds free ports in a row', async () => {
  const first = await freePorts(4)
  const held = await Promise.all([0, 1, 2, 3].map((i) => occupy(first + i)))
  for (const { release } of held) await release()
})

it('finds and occupies ports', async () => {
  const port = await freePort()
  const held = await occupy(port)
  await expect(occupy(port)).rejects.toThrow('EADDRINUSE')
  await held.release()
  const anywhere = await occupy()
  await expect(occupy(anywhere.port)).rejects.toThrow('EADDRINUSE')
  await anywhere.release()
})
