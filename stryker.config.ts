/** Faults planted into the domain, one at a time, to see whether a test finds them. Started by `npm run test:mutation`. */
export default {
  testRunner: 'vitest-5',
  plugins: [
    '@stryker-mutator/vitest-runner',
    './test/mutation/vitest-runner.ts',
    './test/mutation/texts-for-people.ts',
  ],
  mutate: ['shared/domain/**/*.ts'],
  vitest: { configFile: 'vitest.mutation.config.ts', related: true },
  ignorers: ['texts-for-people'],
  // Nothing is compiled on the way.
  disableTypeChecks: false,
  concurrency: 2,
  // A loop that never ends is noticed by its turns; this is for the rest, and long, since machines can be busy.
  timeoutMS: 60_000,
  timeoutFactor: 3,
  dryRunTimeoutMinutes: 10,
  // Most regular expressions and tables are made when a module is loaded: they are worth the time that they take.
  warnings: { slow: false },
  reporters: ['json', 'clear-text'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: false },
  jsonReporter: { fileName: '.mutation/report.json' },
  tempDirName: '.mutation/sandboxes',
  // tsconfig.json stays away too: what is to be rewritten in it takes a TypeScript that can be called from JavaScript.
  ignorePatterns: [
    '**',
    '!shared/**',
    '!test/**',
    '!infra/**',
    '!functions/**',
    '!package.json',
    '!vitest.mutation.config.ts',
  ],
};
