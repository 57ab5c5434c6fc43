import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../client/nightporter-client.ts';
import { NightporterError } from '../client/failure.ts';
import type { Service } from '../client/replies.ts';
import type { Output } from './output.ts';
import { serviceLine } from './service-text.ts';

export interface Watching {
  readonly service: string;
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/** What is worth a new line. How long a start will still take is not. */
const newsOf = ({ state, generation, endpoint, leases, held, failure, reason }: Service): string =>
  JSON.stringify([state, generation, endpoint, leases, held, failure?.at, reason]);

/** A line at every change, until it is told to stop. A server that is away for a while is waited for. */
export const watchService = async (
  output: Output,
  client: Client,
  { service, everyMs, signal }: Watching,
): Promise<void> => {
  let known = '';
  for (let looks = 0; !signal.aborted; looks += 1) {
    try {
      const seen = await client.status(service, { signal });
      const news = newsOf(seen);
      if (news !== known) {
        output.answer(
          seen,
          `${output.paint('dim', new Date().toTimeString().slice(0, 8))} ${serviceLine(output, seen)}`,
        );
      }
      known = news;
    } catch (cause) {
      if (signal.aborted && looks > 0) return;
      const isAway =
        cause instanceof NightporterError && ['unreachable', 'server-error', 'throttled'].includes(cause.reason);
      // At the first look it is more likely that the address is wrong.
      if (!isAway || looks === 0) throw cause;
      if (known !== '') output.note(cause.message);
      known = '';
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
};
