import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { type Claim, row } from '../claim.ts'

/** @param minutes it may take on two free cores */
export const ci = (minutes: number): Claim => ({
  id: 'ci',
  about: '.ci/run in a fresh clone',
  option: 'ci',
  async prove({ programs, root, dir }) {
    const limit = 60 * minutes
    const clone = join(dir, 'clone')
    execFileSync('git', ['clone', '--quiet', root, clone])
    const commit = execFileSync('git', ['-C', clone, 'rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
    }).trim()
    const ended = await programs.start(join(clone, '.ci/run'), [], { cwd: clone }).within(3 * limit)
    const last = ended.stdout.trim().split('\n').at(-1) ?? ''
    return [
      row(
        '.ci/run in a fresh clone',
        'exit code 0, ends with "N passed, 0 failed"',
        `commit ${commit}: exit code ${ended.code}, "${last}"`,
        ended.code === 0 && /^[1-9]\d* passed, 0 failed$/.test(last),
      ),
      row('its time', `< ${limit} s`, `${ended.seconds.toFixed(0)} s`, ended.seconds < limit),
    ]
  },
})
