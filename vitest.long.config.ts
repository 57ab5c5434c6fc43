import { defineConfig } from 'vitest/config';

/** What is tested in small by `npm test`, in full. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    globals: false,
  },
});
