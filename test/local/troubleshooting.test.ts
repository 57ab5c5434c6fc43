import { expect, it } from 'vitest';
import { consoleWith, playPage, readPage, transcript } from '../support/console-page.ts';

const QUIET = `
  quiet: # says nothing of its use
    command: [node, -e, "require('node:http').createServer((_, reply) => reply.end()).listen(process.env.PORT, '127.0.0.1')"]
    port: 9005
    tags: { lease: 10s, idle-after: 10s, grace-after-wake: 0s }
`;

/** How it came to what the page is asked about, by heading; the last words of each are not on the page. */
const BEFORE: Readonly<Record<string, readonly string[]>> = {
  'It cannot connect after a wake': [
    'nightporter wake quiet --wait',
    'nightporter wake echo --wait --lease 10m --holder bob',
  ],
  // Its lease, and what clocks may differ by.
  'Metrics are missing': ['sleep 16'],
  'A wake is refused': ['nightporter wake crash --wait'],
};

it('answers what the page of troubles quotes', { timeout: 150_000 }, async (context) => {
  const page = await readPage('docs/troubleshooting.md');
  expect(transcript(page).length).toBeGreaterThanOrEqual(30);
  const terminal = await consoleWith(context, (await readPage('infra/local/services.yaml')) + QUIET);
  const sections = page.split(/^## /m);
  const headings = sections.map((section) => section.split('\n')[0]);
  expect(headings).toEqual(expect.arrayContaining(Object.keys(BEFORE)));
  for (const section of sections) {
    for (const command of BEFORE[section.split('\n')[0] ?? ''] ?? []) await terminal.type(command);
    await playPage(section, terminal);
  }
});
