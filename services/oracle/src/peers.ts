import { oneLine } from '@headrace/service'
import type { Address, Hex } from 'viem'
import { type Domain, digestOf, signerOf } from './report.ts'
import { type SignedReport, signedReportSchema } from './wire.ts'

/** Why a peer's answer does not count. */
export type PeerFault =
  /** Down, slow, or the answer is too long. */
  | 'Unreachable'
  /** It has no report: it has not seen the block yet, or sees no loss. */
  | 'NoReport'
  | 'MalformedReport'
  /** Not a signature the contract would take, or not by the signer that is named. */
  | 'MalformedSignature'
  | 'UnknownSigner'
  /** Not the LMP that was asked for. */
  | 'UnknownLmp'
  /** Computed at a block that is not final here: asked again later. */
  | 'FutureBlock'
  /** Signed by a reporter, but not what this one found. */
  | 'DifferentReport'

export class PeerError extends Error {
  override readonly name = 'PeerError'
  readonly fault: PeerFault

  constructor(fault: PeerFault, detail: string) {
    super(`${fault}: ${detail}`)
    this.fault = fault
  }
}

/** What a peer's answer is judged by: all of it this reporter's own. */
export interface Own {
  domain: Domain
  report: SignedReport['report']
  reporters: readonly Address[]
  /** Newest finalized block here. */
  finalized: bigint
}

const TIMEOUT_MS = 5_000
/** Far more than a report needs. */
const MAX_BYTES = 16_384

/**
 * A peer's signature of the own report.
 * @throws PeerError; what it was is not kept.
 */
export async function askPeer(
  url: string,
  own: Own,
  signal: AbortSignal,
): Promise<{ signer: Address; signature: Hex }> {
  const path = `v1/reports/${own.report.lmp}`
  const body = await download(new URL(path, url.endsWith('/') ? url : `${url}/`), signal)
  return judge(parseJson(body), own)
}

/** @throws PeerError */
export async function judge(body: unknown, own: Own): Promise<{ signer: Address; signature: Hex }> {
  const parsed = signedReportSchema.safeParse(body)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const at = issue?.path.join('.') ?? ''
    throw new PeerError(
      at === 'signature' ? 'MalformedSignature' : 'MalformedReport',
      `${at} ${issue?.message}`,
    )
  }
  const { report, signature, signer, block } = parsed.data
  if (report.lmp !== own.report.lmp) throw new PeerError('UnknownLmp', `it answered about ${report.lmp}`)
  const digest = digestOf(own.domain, report)
  const actual = await signerOf(digest, signature)
  if (actual !== signer) throw new PeerError('MalformedSignature', `it is not a signature by ${signer}`)
  if (!own.reporters.includes(signer)) throw new PeerError('UnknownSigner', `${signer} is no reporter`)
  if (block.number > own.finalized) {
    throw new PeerError('FutureBlock', `block ${block.number} is not final here, ${own.finalized} is`)
  }
  if (digest !== digestOf(own.domain, own.report)) {
    throw new PeerError('DifferentReport', `${signer} signed another report of epoch ${report.epoch}`)
  }
  return { signer, signature }
}

async function download(url: URL, stopping: AbortSignal): Promise<string> {
  try {
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(TIMEOUT_MS)])
    const response = await fetch(url, { signal, redirect: 'error' })
    const body = await readBody(response)
    if (response.ok) return body
    throw new PeerError(response.status === 404 ? 'NoReport' : 'Unreachable', `HTTP ${response.status}`)
  } catch (error) {
    if (error instanceof PeerError) throw error
    throw new PeerError('Unreachable', oneLine(error))
  }
}

async function readBody({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size > MAX_BYTES) throw new PeerError('Unreachable', `its answer is longer than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new PeerError('MalformedReport', 'it is not JSON')
  }
}
