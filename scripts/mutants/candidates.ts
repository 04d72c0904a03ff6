import { child, children, contains, type Node, type Range, rangeOf, text, walk } from './ast.ts'
import { type Change, changesOf } from './operators.ts'

export interface Candidate extends Change {
  /** From the repository's root. */
  file: string
  line: number
  /** "LmpMath.feeDown" */
  place: string
  /** What is chosen between at run time: a statement, or an expression. */
  host: Range & { kind: 'statement' | 'expression' }
  /** The host as it is and as it becomes, on one line. */
  before: string
  after: string
}

const STATEMENTS = ['ExpressionStatement', 'EmitStatement', 'Return', 'RevertStatement']

/** Every mutant of a file that can be chosen at run time, in the order of the text. */
export function candidatesOf(file: string, source: Buffer, ast: Node): Candidate[] {
  const found: Candidate[] = []
  const seen = new Set<string>()
  walk(ast, (node, above) => {
    const path = [...above, node]
    const fn = path.find(({ nodeType }) => ['FunctionDefinition', 'ModifierDefinition'].includes(nodeType))
    const contract = path.find(({ nodeType }) => nodeType === 'ContractDefinition')
    if (fn === undefined || contract === undefined) return
    for (const change of changesOf(node, source)) {
      const host = hostOf(path, change, source)
      if (host === undefined) continue
      const before = oneLine(source.toString('utf8', host.start, host.end))
      const after = oneLine(changed(source, host, change))
      const key = `${host.start} ${after}`
      if (seen.has(key)) continue
      seen.add(key)
      found.push({
        ...change,
        file,
        line: source.subarray(0, change.start).toString('utf8').split('\n').length,
        place: `${text(contract, 'name')}.${text(fn, 'name') || text(fn, 'kind')}`,
        host,
        before,
        after: after === ';' ? '(left out)' : after,
      })
    }
  })
  return found.sort((a, b) => a.start - b.start)
}

/** The host's text with the change made. */
export const changed = (source: Buffer, host: Range, { start, end, replacement }: Change) =>
  source.toString('utf8', host.start, start) + replacement + source.toString('utf8', end, host.end)

const oneLine = (code: string) =>
  code
    .replace(/\s*\/\/.*$/gm, '')
    .replace(/\s+/g, ' ')
    .trim()

/** The smallest part around the change that can be written twice, or undefined, e.g. for a loop's step. */
function hostOf(path: readonly Node[], change: Change, source: Buffer): Candidate['host'] | undefined {
  for (let i = path.length - 1; i >= 0; i--) {
    const node = path[i]
    const parent = path[i - 1]
    if (node === undefined) continue
    if (STATEMENTS.includes(node.nodeType)) {
      if (parent?.nodeType === 'ForStatement' && child(parent, 'loopExpression') === node) return undefined
      return { ...statement(node, source), kind: 'statement' }
    }
    if (node.nodeType === 'VariableDeclarationStatement') {
      const value = child(node, 'initialValue')
      if (value === undefined) return undefined
      return children(node, 'declarations').length > 1 ? partOf(value, change) : expression(value, change)
    }
    if (node.nodeType === 'TryStatement') {
      const call = child(node, 'externalCall')
      return call === undefined ? undefined : partOf(call, change)
    }
    if (['IfStatement', 'ForStatement', 'WhileStatement'].includes(node.nodeType)) {
      const condition = child(node, 'condition')
      return condition === undefined ? undefined : expression(condition, change)
    }
  }
  return undefined
}

/** With the semicolon, which solc leaves outside. */
const statement = (node: Node, source: Buffer): Range => {
  const { start, end } = rangeOf(node)
  return { start, end: source.indexOf(';', end) + 1 }
}

const expression = (node: Node, change: Change): Candidate['host'] | undefined =>
  contains(rangeOf(node), change) ? { ...rangeOf(node), kind: 'expression' } : undefined

/** Tuples have no type to choose between: their components and a call's arguments do. */
function partOf(node: Node, change: Change): Candidate['host'] | undefined {
  for (const field of ['components', 'arguments'])
    for (const part of children(node, field)) {
      const host = expression(part, change)
      if (host !== undefined) return host
    }
  return undefined
}
