/** What somebody does on a day of the run; days count from day 0 of the history. */
export interface Deed {
  day: number
  what: string
  act: () => Promise<void>
  /** Whether it can be done; until then it waits and the others go on. Absent: always. */
  ready?: () => Promise<boolean>
}

/** Does what is due by `day`, takes it out of the list and says what it did. */
export async function doDue(deeds: Deed[], day: number): Promise<string[]> {
  const done: string[] = []
  for (const deed of deeds.filter((each) => each.day <= day)) {
    if (deed.ready !== undefined && !(await deed.ready())) continue
    deeds.splice(deeds.indexOf(deed), 1)
    await deed.act()
    done.push(deed.what)
  }
  return done
}
