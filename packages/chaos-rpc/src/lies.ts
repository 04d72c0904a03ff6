import { isRecord, type RpcAnswer } from './upstream.ts'

/** The result of an `eth_call` with one bit flipped; errors and empty results stay. */
export function lieAboutCall(answer: RpcAnswer, random: () => number): RpcAnswer {
  return typeof answer.result === 'string' ? { ...answer, result: flipBit(answer.result, random) } : answer
}

/** One log left out, or a bit of its data changed; an empty list stays. */
export function lieAboutLogs(answer: RpcAnswer, random: () => number): RpcAnswer {
  const { result } = answer
  if (!Array.isArray(result) || result.length === 0) return answer
  const victim = Math.floor(random() * result.length)
  if (random() < 0.5) return { ...answer, result: result.filter((_, index) => index !== victim) }
  return { ...answer, result: result.map((log, index) => (index === victim ? changeLog(log, random) : log)) }
}

function changeLog(log: unknown, random: () => number): unknown {
  if (!isRecord(log)) return log
  const field = typeof log.data === 'string' && log.data.length > 2 ? 'data' : 'address'
  return { ...log, [field]: flipBit(String(log[field]), random) }
}

function flipBit(hex: string, random: () => number): string {
  if (hex.length <= 2) return hex
  const at = 2 + Math.floor(random() * (hex.length - 2))
  const digit = Number.parseInt(hex.charAt(at), 16) ^ (1 << Math.floor(random() * 4))
  return hex.slice(0, at) + digit.toString(16) + hex.slice(at + 1)
}
