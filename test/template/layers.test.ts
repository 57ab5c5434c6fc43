import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

/** What stands in the temp tree without any fault: everything a plant may import, and each layer's proper imports. */
const clean: Record<string, string> = {
  'shared/domain/idle/rule.ts': `export interface Rule { readonly limitMs: number }
export const isPast = (rule: Rule, at: number): boolean => new Date(at).getTime() > rule.limitMs;`,
  'shared/domain/use-of-rule.ts': `import { isPast } from '#shared/domain/idle/rule.ts';
import { limit } from './limit.ts';
export const late = isPast(limit, 5);`,
  'shared/domain/limit.ts': `export const limit = { limitMs: 1 };`,
  'shared/ports/shelf.ts': `import type { Rule } from '#shared/domain/idle/rule.ts';
export interface Shelf { read(key: string): Promise<Rule> }`,
  'shared/usecases/tidy.ts': `import { isPast } from '#shared/domain/idle/rule.ts';
import type { Shelf } from '#shared/ports/shelf.ts';
export const tidy = (shelf: Shelf) => async (key: string): Promise<boolean> => isPast(await shelf.read(key), 1);`,
  'shared/adapters/local/folder-shelf.ts': `import { readFile } from 'node:fs/promises';
import type { Shelf } from '#shared/ports/shelf.ts';
export const folderShelf = (): Shelf => ({ read: async (key) => ({ limitMs: (await readFile(key)).length }) });`,
  'shared/adapters/aws/s3-shelf.ts': `import type { S3Client } from '@aws-sdk/client-s3';
import type { Shelf } from '#shared/ports/shelf.ts';
export const s3Shelf = (s3: S3Client): Shelf => ({ read: () => s3.send('get') });`,
  'shared/http/reply.ts': `import * as z from 'zod/mini';
import { limit } from '#shared/domain/limit.ts';
export const reply = z.object({ limitMs: z.literal(limit.limitMs) });`,
  'functions/tidy/endpoint.ts': `import * as z from 'zod/mini';
import { reply } from '#shared/http/reply.ts';
import { tidy } from '#shared/usecases/tidy.ts';
export const endpoint = { input: z.string(), run: tidy, reply };`,
  'functions/tidy/handler.ts': `import { S3Client } from '@aws-sdk/client-s3';
import { s3Shelf } from '#shared/adapters/aws/s3-shelf.ts';
import { endpoint } from './endpoint.ts';
export const handler = endpoint.run(s3Shelf(new S3Client({})));`,
  'functions/sweep/endpoint.ts': `export const endpoint = 1;`,
  'infra/local/main.ts': `import { folderShelf } from '#shared/adapters/local/folder-shelf.ts';
import { endpoint } from '../../functions/tidy/endpoint.ts';
console.log(endpoint.run(folderShelf()));`,
  'client/clock.ts': `export const now = (): number => performance.now();`,
  'client/wake.ts': `import { now } from './clock.ts';
export const wake = (): Promise<Response> => fetch('http://localhost/' + now());`,
  'test/support/fake-shelf.ts': `import type { Shelf } from '#shared/ports/shelf.ts';
export const fakeShelf = (): Shelf => ({ read: async () => ({ limitMs: 1 }) });`,
  'vitest.config.ts': `import { defineConfig } from 'vitest/config';
export default defineConfig({});`,
};

/** Each specifier, imported by a file of that folder, has to be refused. */
const forbidden: Record<string, string[]> = {
  'shared/domain': [
    '#shared/ports/shelf.ts',
    '#shared/usecases/tidy.ts',
    '#shared/domain/../ports/shelf.ts',
    './../ports/shelf.ts',
    '../ports/shelf.ts',
    'node:path',
    'zod',
    'vitest',
  ],
  'shared/domain/idle': ['../../ports/shelf.ts', '#shared/adapters/aws/s3-shelf.ts'],
  'shared/ports': [
    '#shared/domain/limit.ts', // its values: the clean tree shows that its types may be imported
    '#shared/adapters/aws/s3-shelf.ts',
    '#shared/usecases/tidy.ts',
    '../adapters/aws/s3-shelf.ts',
    'node:fs',
    'zod',
  ],
  'shared/usecases': [
    '#shared/adapters/local/folder-shelf.ts',
    '#shared/http/reply.ts',
    '../adapters/aws/s3-shelf.ts',
    '@aws-sdk/client-s3',
    'node:path',
    'zod',
  ],
  'shared/http': ['#shared/usecases/tidy.ts', '#shared/adapters/local/folder-shelf.ts', '@aws-sdk/client-s3'],
  'shared/adapters/local': [
    '#shared/usecases/tidy.ts',
    '#shared/http/reply.ts',
    '#shared/adapters/aws/s3-shelf.ts',
    '../../../functions/tidy/endpoint.ts',
    '../../../test/support/fake-shelf.ts',
    '@aws-sdk/client-s3',
    'fast-check',
  ],
  'shared/adapters': ['#shared/usecases/tidy.ts', '#shared/adapters/aws/s3-shelf.ts', '@aws-sdk/client-s3'],
  'shared/adapters/aws': ['#shared/usecases/tidy.ts', '#shared/adapters/local/folder-shelf.ts', 'vitest'],
  'functions/sweep': [
    '../tidy/endpoint.ts',
    '../../shared/adapters/local/folder-shelf.ts',
    '#shared/adapters/aws/s3-shelf.ts',
    '@aws-sdk/client-s3',
    'node:path',
  ],
  client: ['#shared/domain/limit.ts', '../shared/domain/limit.ts', './../shared/domain/limit.ts', 'node:path', 'zod'],
  'infra/local': ['@aws-sdk/client-s3', '../../test/support/fake-shelf.ts', 'vitest', 'fast-check'],
};

const importRule = 'eslint(no-restricted-imports)';

/** Faults that are more than an import: what, where, the code, and the rule that has to report it. */
const faults: [fault: string, file: string, code: string, rule: string][] = [
  ['a domain that imports late', 'shared/domain/late.ts', `export const load = () => import('zod');`, importRule],
  [
    'a handler that imports another function',
    'functions/sweep/handler.ts',
    `export { endpoint } from '../tidy/endpoint.ts';`,
    importRule,
  ],
  [
    'a type named by an import in place',
    'shared/domain/in-place.ts',
    `export type Zod = import('zod').ZodType;`,
    'typescript(consistent-type-imports)',
  ],
  [
    'a type imported like a value',
    'shared/domain/like-a-value.ts',
    `import { Rule } from './idle/rule.ts';\nexport const rule: Rule = { limitMs: 1 };`,
    'typescript(consistent-type-imports)',
  ],
  [
    'a client that only runs on Node',
    'client/environment.ts',
    `export const environment = process.env;`,
    'eslint(no-restricted-globals)',
  ],
  [
    'a domain that asks for the time',
    'shared/domain/now.ts',
    `export const now = Date.now();`,
    'eslint(no-restricted-properties)',
  ],
  [
    'a domain that throws dice',
    'shared/domain/dice.ts',
    `export const dice = Math.random();`,
    'eslint(no-restricted-properties)',
  ],
  [
    'a domain that makes identifiers',
    'shared/domain/id.ts',
    `export const id = crypto.randomUUID();`,
    'eslint(no-restricted-globals)',
  ],
  [
    'a use case that asks for the time',
    'shared/usecases/now.ts',
    `export const now = Date.now();`,
    'eslint(no-restricted-properties)',
  ],
  [
    'a use case that reads the environment',
    'shared/usecases/env.ts',
    `export const env = process.env;`,
    'eslint(no-restricted-globals)',
  ],
  [
    'a circle',
    'shared/domain/chicken.ts',
    `export { egg } from './egg.ts';\nexport const hen = 1;`,
    'import(no-cycle)',
  ],
  [
    'its other half',
    'shared/domain/egg.ts',
    `export { hen } from '#shared/domain/chicken.ts';\nexport const egg = 1;`,
    'import(no-cycle)',
  ],
  ['a default export', 'shared/domain/default.ts', `export default 1;`, 'import(no-default-export)'],
  ['a promise nobody waits for', 'infra/local/floating.ts', `Promise.resolve(1);`, 'typescript(no-floating-promises)'],
  [
    'a promise taken for a condition',
    'infra/local/condition.ts',
    `if (Promise.resolve(false)) console.log(1);`,
    'typescript(no-misused-promises)',
  ],
  [
    'a switch that forgets a case',
    'shared/domain/forgets.ts',
    `export const f = (x: 'a' | 'b') => { switch (x) { case 'a': return 1; } return 0; };`,
    'typescript(switch-exhaustiveness-check)',
  ],
  ['a file of 201 lines', 'shared/domain/long.ts', `export const x = 1;${'\n// …'.repeat(200)}`, 'eslint(max-lines)'],
  [
    'a function of complexity 11',
    'shared/domain/complex.ts',
    `export const f = (x: number) => { ${'if (x > 1) x -= 1;'.repeat(10)} return x; };`,
    'eslint(complexity)',
  ],
  [
    'a function with five parameters',
    'shared/domain/greedy.ts',
    `export const f = (a: 1, b: 1, c: 1, d: 1, e: 1) => a + b + c + d + e;`,
    'eslint(max-params)',
  ],
  ['an adapter that prints', 'shared/adapters/local/prints.ts', `console.log(1);`, 'eslint(no-console)'],
  ['a function that prints', 'functions/sweep/prints.ts', `console.log(1);`, 'eslint(no-console)'],
  ['a file name in capitals', 'shared/domain/Capital.ts', `export const x = 1;`, 'unicorn(filename-case)'],
  [
    'a test that replaces a module',
    'test/replaces.test.ts',
    `import { vi } from 'vitest';\nvi.mock('zod');`,
    'vitest(no-restricted-vi-methods)',
  ],
  ['a test that reads the environment', 'test/env.test.ts', `export const env = process.env;`, 'node(no-process-env)'],
];

const planted = [
  ...Object.entries(forbidden).flatMap(([folder, specifiers]) =>
    specifiers.map((specifier, index) => ({
      fault: `${folder} importing ${specifier}`,
      file: `${folder}/planted-${index}.ts`,
      code: `export * from '${specifier}';`,
      rule: importRule,
    })),
  ),
  ...faults.map(([fault, file, code, rule]) => ({ fault, file, code, rule })),
];

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
}

// The folders by name: oxlint would walk into the linked node_modules.
const folders = ['shared', 'functions', 'client', 'infra', 'test', 'vitest.config.ts'];

const lint = (folder: string): Promise<Diagnostic[]> =>
  new Promise((resolve, reject) => {
    const bin = path.join(root, 'node_modules/oxlint/bin/oxlint');
    execFile(process.execPath, [bin, '--format', 'json', ...folders], { cwd: folder }, (_error, stdout, stderr) => {
      // Faults make it exit with 1, a configuration it does not understand gives no JSON.
      try {
        resolve(JSON.parse(stdout).diagnostics);
      } catch (cause) {
        reject(new Error(`oxlint gave no report: ${stdout}${stderr}`, { cause }));
      }
    });
  });

const plant = async (folder: string, files: Iterable<readonly [string, string]>) => {
  for (const [file, code] of files) {
    await mkdir(path.join(folder, path.dirname(file)), { recursive: true });
    await writeFile(path.join(folder, file), `${code}\n`);
  }
};

describe('the layer rules of .oxlintrc.json', () => {
  let folder: string;
  const reported = new Map<string, string[]>();

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'layers-'));
    for (const file of ['.oxlintrc.json', 'package.json', 'tsconfig.json']) {
      await cp(path.join(root, file), path.join(folder, file));
    }
    await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    await plant(folder, [...Object.entries(clean), ...planted.map(({ file, code }) => [file, code] as const)]);
    for (const { filename, code } of await lint(folder)) {
      reported.set(filename, [...(reported.get(filename) ?? []), code]);
    }
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(planted)('report $fault', ({ file, rule }) => {
    expect(reported.get(file)).toEqual([rule]);
  });

  it.each(Object.keys(clean))('leave a proper %s alone', (file) => {
    expect(reported.get(file)).toBeUndefined();
  });

  it('cover every folder of shared/: a new one needs a layer of its own first', async () => {
    const layers = ['adapters', 'domain', 'http', 'jobs', 'ports', 'runtime', 'usecases'];
    const entries = await readdir(path.join(root, 'shared'), { withFileTypes: true });
    expect(layers).toEqual(expect.arrayContaining(entries.map((entry) => entry.name)));
  });
});

/** Comments out, then `new Date()`, `new Date` and `Date()`: the three ways to the clock that no lint rule sees. */
const readsTheClock = (source: string): boolean =>
  /\bnew Date\b(?!\s*\(\s*[^\s)])|(?<!\bnew )\bDate\s*\(/.test(source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''));

describe('the clock', () => {
  it.each(['new Date()', 'new Date( )', 'new Date', 'Date()'])('is read by %s', (expression) => {
    expect(readsTheClock(`export const at = ${expression};`)).toBe(true);
  });

  it.each(['new Date(at)', 'Date.parse(text)', 'new Date(\n  at,\n)', '1; // not new Date()'])(
    'is not read by %s',
    (expression) => {
      expect(readsTheClock(`export const at = ${expression}`)).toBe(false);
    },
  );

  it.each(['shared/domain', 'shared/ports', 'shared/usecases'])('is read nowhere in %s', async (layerFolder) => {
    const files = (await readdir(path.join(root, layerFolder), { recursive: true })).filter((file) =>
      file.endsWith('.ts'),
    );
    const guilty: string[] = [];
    for (const file of files) {
      if (readsTheClock(await readFile(path.join(root, layerFolder, file), 'utf8'))) guilty.push(file);
    }
    expect(files).not.toEqual([]);
    expect(guilty).toEqual([]);
  });
});
