/** Slither over the contracts: every high and medium finding is explained in findings.json, and nothing else is. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Row } from './rows.ts'
import { FOLDER, OUT, Refusal, run, tool } from './tools.ts'

/** Why findings of one kind are none. `where`: `Contract.function(types)` or `Contract.variable`. */
interface Explanation {
  detector: string
  reason: string
  where: string[]
}

interface Element {
  type: string
  name: string
  source_mapping: { filename_relative: string }
  type_specific_fields?: { parent?: Element; signature?: string }
}

interface Finding {
  check: string
  impact: string
  description: string
  elements: Element[]
}

const isOurs = (element: Element) => element.source_mapping.filename_relative.startsWith('contracts/src/')

/**
 * Contract and function (or variable) a finding is about: of its first element in our sources, or what that is part of.
 * Not by slither's own path filter: that drops a finding when any part of it, a modifier say, is in a library.
 */
function place({ elements }: Finding): string | undefined {
  const first = elements.find(isOurs)
  let at = first
  while (at !== undefined && at.type !== 'function' && at.type_specific_fields?.parent?.type !== 'contract')
    at = at.type_specific_fields?.parent
  const contract = at?.type_specific_fields?.parent?.name
  return contract === undefined
    ? first?.name
    : `${contract}.${at?.type_specific_fields?.signature ?? at?.name}`
}

export async function slither(): Promise<Row[]> {
  const started = performance.now()
  const report = join(FOLDER, 'slither.json')
  rmSync(report, { force: true })
  // Its own account of the findings goes to stderr too.
  const { stderr } = await run(
    tool('slither'),
    [
      ...['.', '--ignore-compile', '--foundry-out-directory', OUT, '--json', report, '--disable-color'],
      ...['--exclude-informational', '--exclude-low', '--exclude-optimization', '--no-fail-pedantic'],
    ],
    { quiet: true },
  )
  if (!existsSync(report)) throw new Refusal(`slither gave no report\n${stderr.slice(-5000)}`)
  const { success, error, results } = read<{
    success: boolean
    error: string | null
    results: { detectors?: Finding[] }
  }>(report)
  if (!success) throw new Refusal(`slither failed: ${error}`)
  const seconds = (performance.now() - started) / 1000
  const explanations = read<Explanation[]>(join(import.meta.dirname, 'findings.json'))
  return judge(results.detectors ?? [], explanations, seconds)
}

function judge(findings: readonly Finding[], explanations: readonly Explanation[], seconds: number): Row[] {
  const key = (detector: string, where: string) => `${detector} ${where}`
  const explained = new Set(explanations.flatMap((e) => e.where.map((where) => key(e.detector, where))))
  const found = new Set<string>()
  const rows: Row[] = []
  for (const finding of findings) {
    const where = place(finding)
    if (where === undefined || found.has(key(finding.check, where))) continue
    found.add(key(finding.check, where))
    if (explained.has(key(finding.check, where))) continue
    rows.push({
      claim: `${finding.impact} ${finding.check} in ${where}`,
      means: 'slither',
      result: 'SHORT',
      seconds: 0,
      note: `${finding.description.trim()}\nMend it, or explain it in scripts/audit/findings.json.`,
    })
  }
  for (const stale of [...explained].filter((entry) => !found.has(entry)))
    rows.push({
      claim: `nothing is explained that was not found: ${stale}`,
      means: 'slither',
      result: 'SHORT',
      seconds: 0,
      note: 'Take it out of scripts/audit/findings.json.',
    })
  for (const { detector, reason, where } of explanations)
    rows.push({
      claim: `${detector} (${where.length}): ${reason}`,
      means: 'slither',
      result: 'explained',
      seconds: 0,
    })
  const open = rows.filter((row) => row.result === 'SHORT').length
  rows.unshift({
    claim: `no unexplained high or medium finding, no explanation without one (${found.size} places)`,
    means: 'slither',
    result: open === 0 ? 'proven' : 'SHORT',
    seconds,
    note: `${open} to look at`,
  })
  return rows
}

function read<T>(file: string): T {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Refusal(`no readable ${file}: ${error instanceof Error ? error.message : error}`)
  }
}
