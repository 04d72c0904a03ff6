import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { foundryBinary } from './index.mjs'

/** Runs a Foundry program in this process's place: same terminal, same signals, same exit code. */
export function launch(tool) {
  let program
  try {
    program = foundryBinary(tool)
  } catch (error) {
    console.error(error.message)
    process.exit(127)
  }
  const child = spawn(program, process.argv.slice(2), { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`${program}: ${error.message}`)
    process.exit(126)
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}
