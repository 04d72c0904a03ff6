import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: ['packages/*', 'services/*', 'apps/*'],
    include: ['test/**/*.test.ts'],
    // Tests start real chains and compile nothing; two at a time suits the smallest machine that runs CI.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
