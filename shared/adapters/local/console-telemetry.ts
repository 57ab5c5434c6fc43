import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { logLine, sayable } from '#shared/adapters/log-line.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { AuditEntry, Fields, Telemetry } from '#shared/ports/telemetry.ts';

export interface ConsoleTelemetryOptions {
  readonly clock: Clock;
  /** Where every change is kept, one JSON line each, in `audit.ndjson`. */
  readonly dataFolder: string;
  /** One line for people. */
  readonly print: (line: string) => void;
  readonly printFailure: (text: string) => void;
}

const SERVICE_WIDTH = 12;

/** For whoever watches the server: a line per event, failures with their causes. Metrics are for machines only. */
export const consoleTelemetry = ({ clock, dataFolder, print, printFailure }: ConsoleTelemetryOptions): Telemetry => {
  const titled = (name: string, { service, ...fields }: Fields): string => {
    const what = [name.replace(/^service\./, ''), ...Object.entries(fields).map(shownField)].join(' ');
    const subject = typeof service === 'string' ? `${service.padEnd(SERVICE_WIDTH)} ` : '';
    return `${timeOf(clock.now())} ${subject}${what}`;
  };

  const failure = (name: string, cause: unknown, fields: Fields): void =>
    printFailure(`${titled(name, fields)}\n${inspect(cause)}`);

  const keep = (entry: AuditEntry): void => {
    const line = logLine({ at: new Date(clock.now()).toISOString() }, { ...entry });
    try {
      appendFileSync(join(dataFolder, 'audit.ndjson'), `${line}\n`);
    } catch (cause) {
      failure('audit.lost', cause, { service: entry.service });
    }
  };

  return {
    event: (name, fields) => print(titled(name, fields)),
    failure,
    metric: () => undefined,
    vitals: () => undefined,
    audit: (entry) => {
      keep(entry);
      if (hasChanged(entry)) print(titled(changeOf(entry), { service: entry.service }));
    },
  };
};

const timeOf = (at: number): string => new Date(at).toTimeString().slice(0, 8);

const shownField = ([name, value]: [string, unknown]): string =>
  `${name}=${typeof value === 'string' ? value : JSON.stringify(sayable(value))}`;

/** Whoever joins a service that is awake leaves it as it was: kept, and not shown. */
const hasChanged = ({ before, after }: AuditEntry): boolean =>
  JSON.stringify(sayable(before)) !== JSON.stringify(sayable(after));

/** A service is meant to be awake or asleep; a release is offered or not. */
const becameOf = ({ intent, yanked }: Fields): string => {
  if (typeof yanked === 'boolean') return yanked ? 'yanked' : 'offered again';
  return String(intent);
};

const changeOf = ({ action, subject, reason, after }: AuditEntry): string =>
  `${becameOf(after)}${reason === null ? '' : `: ${reason}`} (${action} by ${subject})`;
