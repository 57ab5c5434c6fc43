import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Verdict } from '#shared/domain/registry/verdict.ts';
import { verdictOf } from '#shared/usecases/registry/verdict-of.ts';
import { packages } from '../aws/differential/packages.ts';
import { builtCli } from '../support/built-cli.ts';
import { folderOf } from '../support/local-server.ts';
import { builtPackage, sha256Of } from '../support/registry/built-package.ts';
import { registryBench, type Put } from '../support/registry/registry-bench.ts';

const cli = builtCli();

interface Upload {
  /** Where it is put, and what lies beside it. */
  readonly file: string;
  readonly body: Uint8Array;
  readonly beside?: Readonly<Record<string, string>>;
}

/** A live secret in the look of one, and of nobody. */
const LIVE = `AKIA${'Q7'.repeat(8)}`;

const BY_HAND: readonly Omit<Upload, 'file'>[] = [
  { body: builtPackage() },
  { body: new Uint8Array() },
  { body: builtPackage(), beside: { '.sha256': `${sha256Of(builtPackage()).toUpperCase()}  any.apkg\r\n` } },
  { body: builtPackage(), beside: { '.sha256': `${'1'.repeat(64)}\n` } },
  { body: builtPackage(), beside: { '.sha256': 'no digest' } },
  { body: builtPackage(), beside: { '.sig': 'no signature' } },
  { body: builtPackage(), beside: { '.sig': `key k\ned25519 ${Buffer.alloc(64).toString('base64')}\n` } },
  { body: builtPackage({ name: 'latest' }) },
  { body: builtPackage({ version: '1.0' }) },
  { body: builtPackage({ files: { '.env': `AWS_ACCESS_KEY_ID=${LIVE}\n` } }) },
  { body: builtPackage({ files: { 'A.txt': '', 'a.txt': '' } }) },
  { body: builtPackage({ files: { 'agent.yaml': `name: hello\nversion: 1.0.0\n#${' '.repeat(70_000)}` } }) },
  { body: builtPackage({ files: { '.pixell/package.json': '{}' } }) },
];

const CORPUS: readonly Upload[] = [
  ...BY_HAND,
  ...fc.sample(packages, { numRuns: 1_500, seed: 1 }).map((body) => ({ body })),
].map((upload, at) => ({ file: `p${at}.apkg`, ...upload }));

/** What the processor says of it in a registry that has nothing yet, as the API shows it. */
const processed = async ({ file, body, beside = {} }: Upload): Promise<Verdict> => {
  const bench = registryBench();
  const key = `ada/${file}`;
  const how: Put = beside['.sha256'] === undefined ? { metadata: { sha256: sha256Of(body) } } : {};
  const event = bench.put(key, body, how);
  bench.clock.advance(1_000);
  const others = Object.entries(beside).map(([ending, text]) => bench.put(`${key}${ending}`, text));
  await bench.process(event, ...others);
  return verdictOf(bench.deps)({ developer: 'ada', file: file.replace(/\.apkg$/, '') });
};

/** What only a bucket can know: what it calls the upload, and when it was judged. */
const withoutBucket = (verdict: Verdict, at: string): string =>
  JSON.stringify({ ...verdict, upload: { ...verdict.upload, versionId: null }, at });

it('validate gives the verdicts of the processor, to the byte, on its whole corpus', async (context) => {
  const cwd = join(await folderOf(context), 'corpus');
  await mkdir(cwd);
  for (const { file, body, beside = {} } of CORPUS) {
    await writeFile(join(cwd, file), body);
    for (const [ending, text] of Object.entries(beside)) await writeFile(join(cwd, file + ending), text);
  }
  const files = CORPUS.map(({ file }) => file);
  const { status, stdout } = await cli.run(['validate', ...files, '--developer', 'ada', '--json'], { cwd });
  expect(status).toBe(7);
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(CORPUS.length);

  const codes = new Set<string>();
  const kinds = new Map<string, number>();
  for (const [index, upload] of CORPUS.entries()) {
    const line = lines[index] ?? '';
    const verdict = await processed(upload);
    expect(line).toBe(withoutBucket(verdict, JSON.parse(line).at));
    codes.add(verdict.code);
    kinds.set(verdict.verdict, (kinds.get(verdict.verdict) ?? 0) + 1);
  }
  // Enough of each: a corpus in which everything fails alike would prove little.
  expect(kinds.get('accepted')).toBeGreaterThan(50);
  expect(kinds.get('waiting')).toBeUndefined();
  expect(codes.size).toBeGreaterThan(30);
}, 60_000);
