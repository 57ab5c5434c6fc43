import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // These need an AWS to run against, npm run test:aws; or some patience, npm run test:long.
    exclude: ['test/aws/**', 'test/long/**'],
    setupFiles: ['test/support/same-seed.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    globals: false,
  },
});
