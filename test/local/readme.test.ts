import { expect, it } from 'vitest';
import { consoleWith, playPage, readPage, timeless, transcript } from '../support/console-page.ts';

it('is true word for word: what the README shows is what happens', { timeout: 120_000 }, async (context) => {
  const readme = await readPage('README.md');
  expect(transcript(readme).length).toBeGreaterThanOrEqual(15);
  const terminal = await consoleWith(context, await readPage('infra/local/services.yaml'));
  await playPage(readme, terminal);
  const [, story = ''] = /told the story:\n\n```\n([\s\S]*?)```/.exec(readme) ?? [];
  const lines = timeless(story.trimEnd()).split('\n');
  expect(lines.length).toBeGreaterThanOrEqual(5);
  // The server tells more than that, in between.
  const told = timeless(terminal.server.output()).split('\n');
  const found = lines.map((line) => told.indexOf(line));
  expect(found, told.join('\n')).not.toContain(-1);
  expect(found).toEqual(found.toSorted((a, b) => a - b));
});
