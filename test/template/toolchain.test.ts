import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

const pinnedMajor = JSON.parse(read('package.json')).devDependencies.node.split('.')[0];

describe('the toolchain', () => {
  it('runs these tests on the Node that package.json pins, not on the one of the machine', () => {
    expect(process.versions.node.split('.')[0]).toBe(pinnedMajor);
  });

  it('deploys to the same Node', () => {
    expect(parse(read('serverless.yml')).provider.runtime).toBe(`nodejs${pinnedMajor}.x`);
  });

  it('pins every dependency to one version', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'));
    const loose = Object.entries<string>({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^(npm:[^@]+@)?\d+\.\d+\.\d+$/.test(version),
    );
    expect(loose).toEqual([]);
  });
});

/** Spelled so that this file is not its own first finding. */
const machinePath = /(?<![\w.~}-])[/](work|root)[/]/;
const packageHost =
  /registry[.](npmjs|yarnpkg)[.]|[/]pypi[.]|pythonhosted[.]|npm[.]pkg[.]github[.]|"resolved":\s"https?:/;

/** What git tracks or would track. Who checked the folder out is no business of this test, hence safe.directory. */
const ourFiles = (): string[] =>
  execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\0')
    .filter((file) => file !== '' && existsSync(path.join(root, file)));

const isForeign = (text: string): boolean => machinePath.test(text) || packageHost.test(text);

describe('the repository', () => {
  it.each([
    ['cd ', '/work', '/'],
    ['"', '/root', '/.cache"'],
    ['https://registry', '.npmjs', '.org/zod'],
    ['"resolved"', ': "https:', '//'],
  ])('counts %s%s%s as foreign', (...pieces) => {
    expect(isForeign(pieces.join(''))).toBe(true);
  });

  // An archive without .git cannot tell our files from what was built beside them.
  it.skipIf(!existsSync(path.join(root, '.git')))('names no path of one machine and no package registry', () => {
    const files = ourFiles();
    expect(files).toContain('package.json');
    expect(files.filter((file) => isForeign(read(file)))).toEqual([]);
  });

  it.skipIf(!existsSync(path.join(root, '.git')))('holds no private key', () => {
    const isKey = (text: string): boolean => /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text);
    expect(isKey(['-----BEGIN', 'EC PRIVATE', 'KEY-----'].join(' '))).toBe(true);
    expect(ourFiles().filter((file) => isKey(read(file)))).toEqual([]);
  });
});
