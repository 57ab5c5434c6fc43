import type { Decision } from '../../client/explanations.ts';
import { changeRows, passageRows } from '../explanation.ts';
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
  wake: 'wake it, as its schedule says',
};

const PASSAGES_SHOWN = 10;

const shown = (value: string | boolean | null): string => (value === null ? '-' : String(value));

const rowsOf = (evidence: Decision['evidence']): readonly (readonly string[])[] => {
  const { measurement, ...rest } = evidence;
  return Object.entries({ ...rest, ...measurement }).map(([name, value]) => [`  ${name}`, shown(value)]);
};

export const explainCommand = command<ServerOptions & { readonly service: string }>({
  words: ['explain'],
  summary: 'Say what the next tick would do with a service, and why',
  about:
    'Nothing is done. Ask it when a service does not sleep, or sleeps too early: it tells what would change the answer, and what has happened last.',
  arguments: [serviceArgument()],
  groups: ['server', 'json'],
  examples: [{ line: 'nightporter explain echo', does: 'the decision, what it rests on, and how it came to that' }],
  run: async (context, given) => {
    const { output } = context;
    const [decision, { history }] = await withServer(context, given, (client, signal) =>
      Promise.all([
        client.decision(given.service, { signal }),
        client.history(given.service, { limit: PASSAGES_SHOWN, signal }),
      ]),
    );
    const { action, because, recheckAt, evidence } = decision;
    const head = `${output.paint('bold', action)} (${because}): it would ${DOES[action]}`;
    const until =
      recheckAt === null
        ? 'nothing changes that by itself'
        : `another answer from ${recheckAt} on, if all stays as it is`;
    const parts = [
      [head, until, table(rowsOf(evidence))],
      decision.changes.length > 0 ? ['', 'what would change it', table(changeRows(decision))] : [],
      history.length > 0 ? ['', 'what has happened, the newest first', table(passageRows(history))] : [],
    ];
    output.answer({ ...decision, history }, parts.flat().join('\n'));
  },
});
