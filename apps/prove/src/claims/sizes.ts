import { type Claim, row } from '../claim.ts'
import { ending, npmRun } from '../npm.ts'

const LIMIT = 18_000

export const sizes: Claim = {
  id: 'sizes',
  about: 'npm run sizes: every contract of contracts/src as it is deployed',
  async prove(context) {
    const ended = await npmRun(context, 'sizes', [], 3600)
    const found =
      /^deploy build: (\d+) contracts, (\d+) above (\d+) bytes of runtime code, (\d+) linked with a library, largest (\w+) with (\d+) bytes$/m.exec(
        ended.stdout,
      )
    const [, contracts = 0, above = -1, limit = 0, linked = -1, , largest = Number.NaN] =
      found?.map(Number) ?? []
    return [
      row(
        'contracts of contracts/src with the deploy profile',
        `exit code 0, > 0, none above ${LIMIT} bytes`,
        `${ending(ended)}${found === null ? '' : `: ${contracts}, ${above} above ${limit}, largest ${found[5]} with ${largest}`}`,
        ended.code === 0 && contracts > 0 && above === 0 && limit === LIMIT && largest <= LIMIT,
      ),
      row('linked libraries', '0', found === null ? 'not measured' : String(linked), linked === 0),
    ]
  },
}
