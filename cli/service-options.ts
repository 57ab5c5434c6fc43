import { userInfo, hostname } from 'node:os';
import { Argument, Option } from 'commander';
import { HOLDER_PATTERN } from '#shared/domain/lifecycle/lease.ts';
import { SERVICE_ID_PATTERN } from '#shared/domain/lifecycle/service-id.ts';
import { duration, matching } from './option-values.ts';

/** What several commands about services are told in the same words. */

export const serviceArgument = (): Argument =>
  new Argument('<service>', 'the id of a service').argParser(
    matching(SERVICE_ID_PATTERN, 'a service id: letters, digits, dots, dashes and underscores'),
  );

export const holderOption = (): Option =>
  new Option('--holder <name>', 'whose session it is; without it yours on this machine')
    .env('NIGHTPORTER_HOLDER')
    .argParser(matching(HOLDER_PATTERN, 'a name of 1 to 64 letters, digits and . _ @ -, the first a letter or digit'));

// oxlint-disable-next-line no-control-regex -- exactly what the API refuses.
const REASON = /^[^\u0000-\u001F\u007F-\u009F]{1,500}$/u;

export const reasonOption = (): Option =>
  new Option('--reason <text>', 'why, for people').argParser(
    matching(REASON, 'a text of 1 to 500 characters without control characters'),
  );

export const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

export const timeoutOption = (description: string, usual: string): Option =>
  new Option('--timeout <duration>', description)
    .argParser(duration(SECOND_MS, DAY_MS))
    .default(duration(SECOND_MS, DAY_MS)(usual), usual);

const nameOf = (text: string): string => text.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');

/** Not every user has a name that the system can tell. */
const userName = (): string => {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
};

/** The same at every call, so that whoever wakes a service also ends that session with `kill`. */
export const ownHolder = (): string => `${nameOf(userName()) || 'somebody'}@${nameOf(hostname())}`.slice(0, 64);
