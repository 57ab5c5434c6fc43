import { Argument, InvalidArgumentError, Option } from 'commander';
import { command } from '../command.ts';
import { Failure } from '../failure.ts';
import { duration } from '../option-values.ts';
import { withServer } from '../server.ts';
import { ownHolder, reasonOption, serviceArgument } from '../service-options.ts';
import { serviceLine } from '../service-text.ts';
import type { ServerOptions } from '../settings.ts';

interface Given extends ServerOptions {
  readonly service: string;
  readonly intent: 'awake' | 'asleep';
  readonly for?: number;
  readonly until?: string;
  readonly reason?: string;
}

const LONGEST_MS = 366 * 86_400_000;

const instant = (text: string): string => {
  const at = new Date(text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(at.getTime())) return at.toISOString();
  throw new InvalidArgumentError('It must be an instant such as 2026-11-20T10:00:00Z.');
};

const endOf = ({ for: durationMs, until }: Given): string => {
  if (until !== undefined) return until;
  if (durationMs !== undefined) return new Date(Date.now() + durationMs).toISOString();
  const fix = 'give --for 2h, or --until 2026-11-20T10:00:00Z';
  throw new Failure('usage', 'a hold needs an end', { code: 'no-end', fix });
};

export const holdCommand = command<Given>({
  words: ['hold'],
  summary: 'Pin a service awake or asleep for a while',
  about:
    'Needs the grant for it. Held asleep, every session ends and wakes are refused; held awake, nothing puts it to sleep.',
  arguments: [serviceArgument(), new Argument('<intent>', 'how to hold it').choices(['awake', 'asleep'])],
  options: [
    new Option('--for <duration>', 'how long').argParser(duration(1_000, LONGEST_MS)).conflicts('until'),
    new Option('--until <instant>', 'until when').argParser(instant),
    reasonOption(),
  ],
  groups: ['server', 'json'],
  examples: [
    { line: 'nightporter hold api awake --for 2h --reason "a demo"', does: 'keeps it awake' },
    { line: 'nightporter hold api asleep --until 2026-12-24T18:00:00Z --reason holidays', does: 'keeps it asleep' },
  ],
  run: async (context, given) => {
    const { service, intent, reason = `held by ${ownHolder()}` } = given;
    const options = { intent, until: endOf(given), reason };
    const held = await withServer(context, given, (client, signal) => client.hold(service, { ...options, signal }));
    context.output.answer(held, serviceLine(context.output, held));
  },
});

export const unholdCommand = command<ServerOptions & { readonly service: string }>({
  words: ['unhold'],
  summary: 'Lift a hold',
  about: 'Needs the grant for it. Nothing else happens: the next tick decides.',
  arguments: [serviceArgument()],
  groups: ['server', 'json'],
  examples: [{ line: 'nightporter unhold api', does: 'leaves it to itself again' }],
  run: async (context, given) => {
    const { service } = given;
    await withServer(context, given, (client, signal) => client.unhold(service, { signal }));
    context.output.answer({ service, held: null }, `nothing holds ${service}`);
  },
});
