import { expect, it } from 'vitest';
import { consoleWith, playPage, readPage, transcript } from '../support/console-page.ts';

/** What a shell is asked in a block that no test types, line by line. */
const untyped = (page: string): readonly string[] =>
  [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].flatMap(([, kind, block = '']) =>
    kind === 'console' ? [] : block.trimEnd().split('\n'),
  );

it('can be followed to the letter on one machine', { timeout: 150_000 }, async (context) => {
  const page = await readPage('docs/tutorial.md');
  const [local = ''] = page.split(/^## \d+\. On AWS/m);
  expect(transcript(local).length).toBeGreaterThanOrEqual(40);
  expect(transcript(page)).toEqual(transcript(local));

  // The start is not typed here: everything is there, built and started, as these make it.
  const { scripts } = JSON.parse(await readPage('package.json')) as { scripts: Record<string, string> };
  expect(untyped(local)).toEqual([
    'git clone <the address of this repository> nightporter',
    'cd nightporter',
    'npm ci',
    'npm run build',
    'npm start',
  ]);
  expect(scripts['build']).toContain('node infra/cli/build.ts');
  expect(scripts['start']).toContain('node infra/local/main.ts');

  await playPage(local, await consoleWith(context, await readPage('infra/local/services.yaml')));
});
