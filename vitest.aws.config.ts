import { defineConfig } from 'vitest/config';

/** The adapters against AWS APIs that somebody else implemented. Started by `npm run test:aws`, which installs those. */
export default defineConfig({
  test: {
    include: ['test/aws/**/*.test.ts'],
    globalSetup: 'test/aws/support/global-setup.ts',
    pool: 'forks',
    // moto's CloudWatch walks over the buckets while its S3 adds to them, and stumbles.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    globals: false,
  },
});
