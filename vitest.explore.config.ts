import { defineConfig } from 'vitest/config';

/** The properties of `npm test`, with cases that nobody has seen yet. */
export default defineConfig({
  test: {
    include: ['test/{client,contracts,domain,functions,runtime,usecases}/**/*.test.ts'],
    setupFiles: ['test/support/many-runs.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 300_000,
    globals: false,
  },
});
