import { child, children, type Node, type Range, rangeOf, text, typeOf } from './ast.ts'

/** Bytes of a file that become something else. */
export interface Change extends Range {
  replacement: string
}

const BINARY: Record<string, readonly string[]> = {
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '<<': ['>>'],
  '>>': ['<<'],
  '&': ['|'],
  '|': ['&'],
  '^': ['|'],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '==': ['!='],
  '!=': ['=='],
  '&&': ['||'],
  '||': ['&&'],
}

/** Functions that are confused easily: the other rounding, the other bound, no bound. */
const CALLS: Record<string, string> = {
  mulDiv: 'mulDivUp',
  mulDivUp: 'mulDiv',
  fullMulDiv: 'fullMulDivUp',
  fullMulDivUp: 'fullMulDiv',
  divUp: 'rawDiv',
  zeroFloorSub: 'rawSub',
  saturatingAdd: 'rawAdd',
  min: 'max',
  max: 'min',
  feeDown: 'feeUp',
  feeUp: 'feeDown',
  sharesDown: 'sharesUp',
  sharesUp: 'sharesDown',
  assetsDown: 'assetsUp',
  assetsUp: 'assetsDown',
  toHead: 'toTail',
  toTail: 'toHead',
}

/** Every change of one node, most of them as Untch, Offutt and the field since name them: operators, conditions, constants, calls. */
export function changesOf(node: Node, source: Buffer): Change[] {
  switch (node.nodeType) {
    case 'BinaryOperation':
      return binary(node, source)
    case 'UnaryOperation':
      return unary(node)
    case 'Assignment':
      return assignment(node, source)
    case 'Literal':
      return literal(node, source)
    case 'IfStatement':
    case 'Conditional':
      return condition(child(node, 'condition'), ['true', 'false'])
    case 'FunctionCall':
      return call(node, source)
    case 'Identifier':
    case 'MemberAccess':
      return constant(node, source)
    case 'ExpressionStatement':
    case 'EmitStatement':
      return isCheck(node) ? [] : [{ ...rangeOf(node), replacement: '' }]
    default:
      return []
  }
}

/** Its condition is what is changed. */
function isCheck(statement: Node): boolean {
  const called = child(child(statement, 'expression') ?? statement, 'expression')
  return called !== undefined && text(called, 'name') === 'require'
}

function binary(node: Node, source: Buffer): Change[] {
  const [left, right] = [child(node, 'leftExpression'), child(node, 'rightExpression')]
  const operator = text(node, 'operator')
  if (left === undefined || right === undefined) return []
  return between(rangeOf(left).end, rangeOf(right).start, operator, BINARY[operator] ?? [], source)
}

/** `+=` becomes `-=`, `a = b` stays: without it the statement is another mutant. */
function assignment(node: Node, source: Buffer): Change[] {
  const [left, right] = [child(node, 'leftHandSide'), child(node, 'rightHandSide')]
  const operator = text(node, 'operator')
  if (left === undefined || right === undefined) return []
  const others = (BINARY[operator.slice(0, -1)] ?? []).map((other) => `${other}=`)
  return between(rangeOf(left).end, rangeOf(right).start, operator, others, source)
}

/** Brackets may stand between an operator and its operands, the operator itself only once. */
function between(
  start: number,
  end: number,
  operator: string,
  others: readonly string[],
  source: Buffer,
): Change[] {
  const at = source.subarray(start, end).indexOf(operator)
  if (at < 0) return []
  return others.map((replacement) => ({
    start: start + at,
    end: start + at + operator.length,
    replacement,
  }))
}

function unary(node: Node): Change[] {
  const { start, end } = rangeOf(node)
  const operator = text(node, 'operator')
  if (node.prefix !== true) return []
  if (operator === '++' || operator === '--')
    return [{ start, end: start + 2, replacement: operator === '++' ? '--' : '++' }]
  if (operator === 'delete') return []
  return [{ start, end: Math.min(end, start + operator.length), replacement: '' }]
}

function literal(node: Node, source: Buffer): Change[] {
  const range = rangeOf(node)
  if (text(node, 'kind') === 'bool')
    return [{ ...range, replacement: text(node, 'value') === 'true' ? 'false' : 'true' }]
  if (text(node, 'kind') !== 'number' || typeOf(node) === 'address') return []
  return [{ ...range, replacement: `(${source.toString('utf8', range.start, range.end)} + 1)` }]
}

function condition(node: Node | undefined, values: readonly string[]): Change[] {
  return node === undefined ? [] : values.map((replacement) => ({ ...rangeOf(node), replacement }))
}

function call(node: Node, source: Buffer): Change[] {
  const args = children(node, 'arguments')
  const callee = child(node, 'expression')
  if (callee === undefined || node.kind !== 'functionCall') return []
  const name = text(callee, 'memberName') || text(callee, 'name')
  // A check that is left out; one that always fails is found by every test.
  if (name === 'require') return condition(args[0], ['true'])

  const changes: Change[] = []
  const { end } = rangeOf(callee)
  const other = CALLS[name]
  if (other !== undefined) changes.push({ start: end - name.length, end, replacement: other })
  const written = (arg: Node) => source.toString('utf8', rangeOf(arg).start, rangeOf(arg).end)
  for (const [i, arg] of args.entries()) {
    const next = args[i + 1]
    if (next === undefined || typeOf(arg) !== typeOf(next) || written(arg) === written(next)) continue
    const gap = source.toString('utf8', rangeOf(arg).end, rangeOf(next).start)
    changes.push({
      start: rangeOf(arg).start,
      end: rangeOf(next).end,
      replacement: `${written(next)}${gap}${written(arg)}`,
    })
  }
  return changes
}

/** A constant where it is used: doubled. */
function constant(node: Node, source: Buffer): Change[] {
  const name = text(node, 'memberName') || text(node, 'name')
  if (!/^[A-Z][A-Z0-9_]+$/.test(name) || typeOf(node) !== 'uint256') return []
  const range = rangeOf(node)
  return [{ ...range, replacement: `(2 * ${source.toString('utf8', range.start, range.end)})` }]
}
