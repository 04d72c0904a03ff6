import { expect, it } from 'vitest'
import { Backoff } from '../src/backoff.ts'

it('doubles the pause of a failing duty up to a minute, and forgets it when it works', () => {
  const backoff = new Backoff(1_000)
  expect(backoff.mayTry('a', 0)).toBe(true)
  backoff.failed('a', 0)
  expect(backoff.mayTry('a', 999)).toBe(false)
  expect(backoff.mayTry('a', 1_000)).toBe(true)
  expect(backoff.mayTry('b', 0)).toBe(true)
  backoff.failed('a', 1_000)
  expect(backoff.mayTry('a', 2_999)).toBe(false)
  expect(backoff.mayTry('a', 3_000)).toBe(true)
  for (let i = 0; i < 20; i += 1) backoff.failed('a', 3_000)
  expect(backoff.mayTry('a', 62_999)).toBe(false)
  expect(backoff.mayTry('a', 63_000)).toBe(true)
  backoff.succeeded('a')
  expect(backoff.mayTry('a', 0)).toBe(true)
})
