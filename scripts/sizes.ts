/** `npm run sizes`: builds what is deployed, and measures the runtime code of every contract of contracts/src. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { foundryBinary } from '../packages/foundry/index.mjs'
import { measure, SIZE_LIMITS } from './contract-sizes.ts'

const ROOT = join(import.meta.dirname, '..')

const { status } = spawnSync(foundryBinary('forge'), ['build', 'contracts/src'], {
  cwd: ROOT,
  stdio: 'inherit',
  env: {
    ...process.env,
    FOUNDRY_PROFILE: 'deploy',
    FOUNDRY_OUT: SIZE_LIMITS[0].folder,
    FOUNDRY_CACHE_PATH: '.reports/deploy/cache',
  },
})
if (status !== 0) process.exit(1)

for (const { build, folder, limit } of SIZE_LIMITS) {
  const { contracts, largest, tooBig, linked } = measure({ build, folder, limit })
  for (const { name, runtimeSize } of tooBig)
    console.error(`${name}: ${runtimeSize} bytes in the ${build} build, limit ${limit}`)
  for (const { name, libraries } of linked)
    console.error(`${name}: is linked with ${libraries.join(', ')} in the ${build} build`)
  console.log(
    `${build} build: ${contracts} contracts, ${tooBig.length} above ${limit} bytes of runtime code, ` +
      `${linked.length} linked with a library, largest ${largest?.name} with ${largest?.runtimeSize} bytes`,
  )
  if (contracts === 0 || tooBig.length + linked.length > 0) process.exitCode = 1
}
