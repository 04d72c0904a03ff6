import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{packages,services,apps,scripts}/**/*.test.ts'],
    // Tests start chains of their own: two at a time suits the smallest machine that runs CI.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
