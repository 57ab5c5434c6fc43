import { command } from '../command.ts';
import { releaseArgument, type NamedRelease } from '../release-options.ts';
import { withServer } from '../server.ts';
import { ownHolder, reasonOption } from '../service-options.ts';
import type { ServerOptions } from '../settings.ts';
import { releaseText } from './packages.ts';

interface Given extends ServerOptions {
  readonly release: NamedRelease;
  readonly reason?: string;
}

const changing = (what: 'yank' | 'unyank') => ({
  arguments: [releaseArgument()],
  options: [reasonOption()],
  groups: ['server', 'json'] as const,
  run: async (context: Parameters<typeof withServer>[0], given: Given) => {
    const { release, reason = `${what} by ${ownHolder()}` } = given;
    const changed = await withServer(context, given, (client, signal) => client[what](release, { reason, signal }));
    context.output.answer(changed, releaseText(context.output, changed));
  },
});

export const yankCommand = command<Given>({
  ...changing('yank'),
  words: ['yank'],
  summary: 'Offer a version no more',
  about: 'Needs the grant for it. Whoever names it still gets it, and its number is never free again.',
  examples: [{ line: 'nightporter yank acme/hello@1.0.0 --reason "leaks memory"', does: 'it is no longer the latest' }],
});

export const unyankCommand = command<Given>({
  ...changing('unyank'),
  words: ['unyank'],
  summary: 'Offer a yanked version again',
  about: 'Needs the grant for it.',
  examples: [{ line: 'nightporter unyank acme/hello@1.0.0 --reason "a false alarm"', does: 'takes the yank back' }],
});
