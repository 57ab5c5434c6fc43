import { defineConfig } from 'vitest/config';

/** What the domain decides is proved by its own tests, and not by those of whoever uses it. */
export default defineConfig({
  test: {
    include: ['test/domain/**/*.test.ts'],
    testTimeout: 20_000,
    setupFiles: ['test/support/same-seed.ts'],
    globals: false,
  },
});
