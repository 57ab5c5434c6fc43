import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');
const DEMO = join(ROOT, 'infra/local/demo');
const DEMOS = ['crash', 'echo', 'slow', 'tcp'] as const;

/** The oldest Node that can be asked to run it. */
const TARGET = 'node20';

const shared = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: TARGET,
  minify: true,
  legalComments: 'none',
  // Their ES modules, which can be left out in part.
  mainFields: ['module', 'main'],
  logLevel: 'warning',
} satisfies BuildOptions;

/** Packages that are not ES modules ask for Node's own by `require`. */
const REQUIRE = `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`;

/**
 * Builds the command into a folder: JavaScript that needs no package and no other file of the repository. What few
 * commands need lies in files of its own and is only read by those.
 */
export const bundleCli = async (folder: string): Promise<void> => {
  const cli = join(folder, 'cli');
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly version: string };
  // Parts are named by what is in them: those of an earlier build would stay.
  rmSync(cli, { recursive: true, force: true });
  await build({
    ...shared,
    entryPoints: { nightporter: 'cli/main.ts' },
    outdir: cli,
    splitting: true,
    chunkNames: 'parts/[name]-[hash]',
    banner: { js: REQUIRE },
    define: { NIGHTPORTER_VERSION: JSON.stringify(version) },
  });
  chmodSync(join(cli, 'nightporter.js'), 0o755);
  // A process of its own, beside whatever starts it.
  await build({
    ...shared,
    entryPoints: ['shared/adapters/local/process-guard.ts'],
    outfile: join(cli, 'parts/process-guard.js'),
  });
  await build({
    ...shared,
    entryPoints: DEMOS.map((name) => join(DEMO, `${name}.ts`)),
    outdir: join(folder, 'demo'),
  });
  const services = readFileSync(join(ROOT, 'infra/local/services.yaml'), 'utf8');
  writeFileSync(join(folder, 'services.yaml'), services.replaceAll(/infra\/local\/(demo\/\w+)\.ts/g, '$1.js'));
};
