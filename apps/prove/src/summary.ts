/** What `npm start -- --exit` writes of its run. */
export interface DevnetSummary {
  phases: Array<{ name: string; seconds: number }>
  deposits: number
  venueToVenue: number
  surpluses: number
  deficits: number
  cyclesCompleted: number
  verified: boolean
}

export function parseSummary(text: string): DevnetSummary {
  const json: unknown = JSON.parse(text)
  const root = record(json)
  const number = (name: string): number => {
    const value = root[name]
    if (typeof value !== 'number') throw new Error(`the devnet's summary has no number "${name}"`)
    return value
  }
  if (!Array.isArray(root.phases)) throw new Error('the devnet\'s summary has no "phases"')
  return {
    phases: root.phases.map((phase) => {
      const { name, seconds } = record(phase)
      if (typeof name !== 'string' || typeof seconds !== 'number')
        throw new Error('a phase without name or time')
      return { name, seconds }
    }),
    deposits: number('deposits'),
    venueToVenue: number('venueToVenue'),
    surpluses: number('surpluses'),
    deficits: number('deficits'),
    cyclesCompleted: number('cyclesCompleted'),
    verified: root.verified === true,
  }
}

/** How many of the summary's phases the output shows with their time, and how many of its lines end a cycle. */
export function progress({ phases }: DevnetSummary, output: string) {
  const lines = output.split('\n')
  const shown = (name: string) => lines.some((line) => line.includes(`${name} done in `))
  return {
    phases: { all: phases.length, shown: phases.filter(({ name }) => shown(name)).length },
    cycles: lines.filter((line) => /\bcycle \d+ done in /.test(line)).length,
  }
}

export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
