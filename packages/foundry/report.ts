import { XMLParser } from 'fast-xml-parser'

export interface ForgeTest {
  /** "path/of/Suite.t.sol:Suite" */
  suite: string
  /** Without parameters. */
  name: string
  /** A skipped test did not pass. */
  passed: boolean
  kind: 'unit' | 'fuzz' | 'invariant'
  /** What forge says of it: status, reason, counterexample or sequence of calls. */
  verdict: string
  /** What it printed. */
  logs: string[]
}

interface Case {
  '@name': string
  'system-out'?: string
  failure?: unknown
  skipped?: unknown
}

interface Report {
  testsuites?: { testsuite?: { '@name': string; testcase?: Case[] }[] } | ''
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  // A long campaign escapes more characters than the parser's guard against hostile documents allows.
  processEntities: { enabled: true, maxTotalExpansions: Number.MAX_SAFE_INTEGER, maxExpandedLength: 2 ** 30 },
  isArray: (name) => name === 'testsuite' || name === 'testcase',
})

/**
 * Tests of a `forge test --junit -vv` report. Of forge's two reports this is the one without the traces of invariant
 * suites, which are hundreds of megabytes. Undefined: forge gave none.
 */
export function parseForge(output: string): ForgeTest[] | undefined {
  const start = output.indexOf('<?xml')
  if (start < 0) return undefined
  const { testsuites }: Report = parser.parse(output.slice(start))
  const suites = typeof testsuites === 'object' ? (testsuites.testsuite ?? []) : []
  return suites.flatMap(({ '@name': suite, testcase = [] }) =>
    testcase.map((test): ForgeTest => {
      // Forge writes the line ends of what it adds as a backslash and an n.
      const [verdict = '', logs = ''] = (test['system-out'] ?? '').split('\\nLogs:\\n')
      return {
        suite,
        name: test['@name'].replace(/\(.*$/, ''),
        passed: test.failure === undefined && test.skipped === undefined,
        kind: /\(runs: \d+, calls: /.test(verdict)
          ? 'invariant'
          : /\(runs: \d+, /.test(verdict)
            ? 'fuzz'
            : 'unit',
        verdict: verdict.trim(),
        logs: logs.split('\\n').flatMap((line) => (line === '' ? [] : [line.replace(/^ {2}/, '')])),
      }
    }),
  )
}
