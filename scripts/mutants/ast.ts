/** Of solc's abstract syntax tree what mutants need. */
export interface Node {
  nodeType: string
  /** "start:length:file", in bytes. */
  src: string
  [field: string]: unknown
}

export interface Range {
  start: number
  end: number
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'nodeType' in value && 'src' in value

/** A child node by its field. */
export const child = (node: Node, field: string): Node | undefined => {
  const value = node[field]
  return isNode(value) ? value : undefined
}

/** The child nodes of a field that holds a list; gaps, as in `(a, , b)`, are left out. */
export const children = (node: Node, field: string): Node[] => {
  const value = node[field]
  return Array.isArray(value) ? value.filter(isNode) : []
}

export const text = (node: Node, field: string): string => {
  const value = node[field]
  return typeof value === 'string' ? value : ''
}

export const typeOf = (node: Node): string => {
  const type = node.typeDescriptions
  return typeof type === 'object' && type !== null && 'typeString' in type ? String(type.typeString) : ''
}

export function rangeOf(node: Node): Range {
  const [start = 0, length = 0] = node.src.split(':').map(Number)
  return { start, end: start + length }
}

export const contains = (outer: Range, inner: Range) => outer.start <= inner.start && inner.end <= outer.end

/** Visits `node` and what is below it, each with the nodes above it, the outermost first. */
export function walk(node: Node, visit: (node: Node, above: readonly Node[]) => void, above: Node[] = []) {
  visit(node, above)
  above.push(node)
  for (const value of Object.values(node))
    for (const each of Array.isArray(value) ? value : [value]) if (isNode(each)) walk(each, visit, above)
  above.pop()
}
