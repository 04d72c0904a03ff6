import { expect, it } from 'vitest'
import { type Deed, doDue } from './deeds.ts'

it('does each deed once, on its day, and lets one that cannot be done wait without holding up the others', async () => {
  const done: string[] = []
  let open = false
  const deed = (day: number, what: string, ready?: () => Promise<boolean>): Deed => ({
    day,
    what,
    act: async () => void done.push(what),
    ...(ready !== undefined && { ready }),
  })
  const deeds = [deed(1, 'a'), deed(2, 'b', async () => open), deed(2, 'c'), deed(4, 'd')]
  expect(await doDue(deeds, 0.9)).toEqual([])
  expect(await doDue(deeds, 3)).toEqual(['a', 'c'])
  open = true
  expect(await doDue(deeds, 3)).toEqual(['b'])
  expect(await doDue(deeds, 4)).toEqual(['d'])
  expect(done).toEqual(['a', 'c', 'b', 'd'])
})
