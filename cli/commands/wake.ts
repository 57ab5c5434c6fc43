import { Option } from 'commander';
import { command } from '../command.ts';
import { duration } from '../option-values.ts';
import { withServer } from '../server.ts';
import {
  holderOption,
  ownHolder,
  reasonOption,
  SECOND_MS,
  serviceArgument,
  timeoutOption,
} from '../service-options.ts';
import { endpointText, serviceLine } from '../service-text.ts';
import type { ServerOptions } from '../settings.ts';
import { wakeProgress } from '../wake-progress.ts';

interface Given extends ServerOptions {
  readonly service: string;
  readonly wait?: true;
  readonly stay?: true;
  readonly lease?: number;
  readonly holder?: string;
  readonly reason?: string;
  readonly force?: true;
  readonly timeout: number;
}

const LEASE_MIN_MS = 10_000;
const LEASE_MAX_MS = 86_400_000;

/** A session that stays is for this terminal alone, and has a name of its own. */
const sessionOf = ({ lease, holder, reason, stay }: Given) => ({
  ...(!(stay && holder === undefined) && { holder: holder ?? ownHolder() }),
  ...(lease !== undefined && { leaseSeconds: lease / SECOND_MS }),
  ...(reason !== undefined && { reason }),
});

export const wakeCommand = command<Given>({
  words: ['wake'],
  summary: 'Wake a service, or join those for whom it is awake',
  about:
    'Takes a lease, which keeps the service awake until it runs out or nightporter kill ends it. With --wait it shows how the start goes, prints the endpoint and ends; Ctrl-C while it waits gives the lease back. With --stay it keeps the lease as well, until Ctrl-C ends the session.',
  arguments: [serviceArgument()],
  options: [
    new Option('--wait', 'until it is ready, and print the endpoint'),
    new Option('--stay', 'wait, and then renew the lease until Ctrl-C gives it back'),
    new Option('--lease <duration>', 'how long the lease lasts; without it as the service wants it').argParser(
      duration(LEASE_MIN_MS, LEASE_MAX_MS),
    ),
    holderOption(),
    reasonOption(),
    new Option('--force', 'also a service that is refused after failed starts'),
    timeoutOption('how long to wait', '5m'),
  ],
  groups: ['server', 'json'],
  examples: [
    { line: 'nightporter wake echo --wait', does: 'prints http://127.0.0.1:9001 once somebody answers there' },
    { line: 'curl "$(nightporter wake echo --wait)/"', does: 'wakes it and uses it' },
    { line: 'nightporter wake echo --stay', does: 'keeps it awake for as long as the terminal is open' },
  ],
  run: async (context, given) => {
    const { output } = context;
    const { service, force, timeout: timeoutMs } = given;
    const waits = given.wait === true || given.stay === true;
    const { onProgress, end } = wakeProgress(output);
    const options = {
      ...sessionOf(given),
      ...(force && { force }),
      wait: waits,
      timeoutMs,
      releaseOnFailure: true,
      ...(waits && { onProgress }),
    };
    const stay = async (): Promise<void> => {
      const { keepAwake } = await import('../keep-awake.ts');
      await withServer(context, given, (client, signal) =>
        keepAwake(output, client, service, { ...options, signal, end }),
      );
    };
    try {
      if (given.stay) return await stay();
      const woken = await withServer(context, given, (client, signal) => client.wake(service, { ...options, signal }));
      end();
      output.answer(woken, waits ? endpointText(woken) : serviceLine(output, woken));
      return undefined;
    } finally {
      end();
    }
  },
});
