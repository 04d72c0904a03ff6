import { type Answer, PRODUCT } from '@headrace/service'
import { type Address, getAddress, isAddress } from 'viem'
import { type SignedReport, toJson } from './wire.ts'

const PATH = /^\/v1\/reports\/([^/]*)$/

/** Every problem a request meets, RFC 9457: name, status, title. */
const PROBLEMS = {
  'bad-request': { status: 400, title: 'The request is not valid' },
  'unknown-lmp': { status: 404, title: 'The deployment has no such LMP' },
  'no-report': { status: 404, title: 'There is no report' },
  'method-not-allowed': { status: 405, title: 'Reports are fetched, not sent' },
} as const

export interface ReportSource {
  lmps: readonly Address[]
  served(lmp: Address): SignedReport | undefined
  /** Told when a report goes out. */
  onServed(lmp: Address): void
}

/** Serves `GET /v1/reports/{lmp}`; undefined for any other path. */
export function serveReports(method: string, path: string, source: ReportSource): Answer | undefined {
  const asked = PATH.exec(path)?.[1]
  if (asked === undefined) return undefined
  const problem = problemAt(path)
  if (method !== 'GET') return problem('method-not-allowed', `${method} is not supported: use GET`)
  if (!isAddress(asked, { strict: false })) {
    return problem('bad-request', 'the last part of the path is not an address')
  }
  const lmp = getAddress(asked)
  if (!source.lmps.includes(lmp)) return problem('unknown-lmp', `${lmp} is not an LMP of the deployment`)
  const signed = source.served(lmp)
  if (signed === undefined) {
    return problem('no-report', `at the newest finalized block there is nothing to report of ${lmp}`)
  }
  source.onServed(lmp)
  return { status: 200, type: 'application/json', body: `${toJson(signed)}\n` }
}

function problemAt(instance: string) {
  return (kind: keyof typeof PROBLEMS, detail: string): Answer => ({
    status: PROBLEMS[kind].status,
    type: 'application/problem+json',
    body: `${JSON.stringify({
      type: `urn:${PRODUCT.toLowerCase()}:problem:${kind}`,
      title: PROBLEMS[kind].title,
      status: PROBLEMS[kind].status,
      detail,
      instance,
    })}\n`,
  })
}
