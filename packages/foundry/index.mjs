import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'

const require = createRequire(import.meta.url)
const ARCH = { x64: 'amd64', arm64: 'arm64' }
const LAUNCHERS = import.meta.dirname

/** The platform package is an optional dependency: where the registry has none, a Foundry on PATH serves. */
function npmBinary(tool) {
  try {
    return require.resolve(`@foundry-rs/${tool}-${process.platform}-${ARCH[process.arch]}/bin/${tool}`)
  } catch {
    return undefined
  }
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** npm puts its own bin folders, hence this launcher, first on PATH: skip whatever resolves back to us. */
function pathBinary(tool) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, tool))
    .find((file) => isProgram(file) && !realpathSync(file).startsWith(LAUNCHERS))
}

export function foundryBinary(tool) {
  const found = npmBinary(tool) ?? pathBinary(tool)
  if (found === undefined) {
    throw new Error(
      `${tool} not found: no npm binary for ${process.platform}-${process.arch} and none on PATH; install Foundry 1.7 or newer (https://getfoundry.sh)`,
    )
  }
  return found
}
