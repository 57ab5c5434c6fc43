import type { Decision } from '../../client/replies.ts';
import { command } from '../command.ts';
import { table } from '../output.ts';
import { withServer } from '../server.ts';
import { serviceArgument } from '../service-options.ts';
import type { ServerOptions } from '../settings.ts';

const DOES: Readonly<Record<Decision['action'], string>> = {
  keep: 'leave it awake',
  drain: 'let it drain, and put it to sleep if nobody comes',
  sleep: 'put it to sleep',
  force: 'put it to sleep at once, whoever uses it',
  rest: 'leave it asleep',
};

const shown = (value: string | boolean | null): string => (value === null ? '-' : String(value));

const rowsOf = (evidence: Decision['evidence']): readonly (readonly string[])[] => {
  const { measurement, ...rest } = evidence;
  return Object.entries({ ...rest, ...measurement }).map(([name, value]) => [`  ${name}`, shown(value)]);
};

export const explainCommand = command<ServerOptions & { readonly service: string }>({
  words: ['explain'],
  summary: 'Say what the next tick would do with a service, and why',
  about: 'Nothing is done. Ask it when a service does not sleep, or sleeps too early.',
  arguments: [serviceArgument()],
  groups: ['server', 'json'],
  examples: [{ line: 'nightporter explain echo', does: 'the decision, and what it rests on' }],
  run: async (context, given) => {
    const { output } = context;
    const decision = await withServer(context, given, (client, signal) => client.decision(given.service, { signal }));
    const { action, because, recheckAt, evidence } = decision;
    const head = `${output.paint('bold', action)} (${because}): it would ${DOES[action]}`;
    const until =
      recheckAt === null
        ? 'nothing changes that by itself'
        : `another answer from ${recheckAt} on, if all stays as it is`;
    output.answer(decision, [head, until, table(rowsOf(evidence))].join('\n'));
  },
});
