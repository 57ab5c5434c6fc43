import * as z from 'zod/mini';
import { LEASE_MAX_MS, LEASE_MIN_MS } from '#shared/domain/idle/policy.ts';
import { HOLDER_PATTERN } from '#shared/domain/lifecycle/lease.ts';
import { SERVICE_ID_PATTERN } from '#shared/domain/lifecycle/service-id.ts';

/**
 * Every value that a caller may give, in one place. The text of a schema's errors continues the sentence
 * `<field> must be …`, and what `describe` says is what the OpenAPI document says.
 */
const text = (pattern: RegExp, expected: string, description: string) =>
  z.string(expected).check(z.regex(pattern, expected), z.describe(description));

/** In a JSON body a number is a number; in a query string it is written in digits. */
const wholeNumber = (min: number, max: number, description: string) => {
  const expected = `a whole number from ${min} to ${max}`;
  const inBody = z.int(expected).check(z.minimum(min, expected), z.maximum(max, expected), z.describe(description));
  const digits = z.string(expected).check(z.regex(/^(0|[1-9]\d{0,8})$/, expected));
  return { inBody, inQuery: z.pipe(z.pipe(digits, z.transform(Number)), inBody) };
};

const PRINTABLE = /^\P{Cc}{1,500}$/u;

const SERVICE_RULE = 'a service id: letters, digits, dots, dashes and underscores';
const HOLDER_RULE = 'a name of 1 to 64 letters, digits and . _ @ -, the first a letter or digit';
const REASON_RULE = 'a text of 1 to 500 characters without control characters';
const INSTANT_RULE = 'an instant such as 2026-11-20T10:00:00Z';

export const service = text(SERVICE_ID_PATTERN, SERVICE_RULE, 'The id of a service.');
export const holder = text(
  HOLDER_PATTERN,
  HOLDER_RULE,
  'Who keeps the service awake. Names belong to the key that uses them.',
);
export const reason = text(PRINTABLE, REASON_RULE, 'Why, for people.');
export const force = z.boolean('true or false').check(z.describe('Overrule others. Needs the grant for it.'));
export const leaseSeconds = wholeNumber(
  LEASE_MIN_MS / 1_000,
  LEASE_MAX_MS / 1_000,
  'How long the lease lasts; when absent, as the service wants it.',
).inBody;

/** null: as long as the service's policy says. */
export const leaseMsOf = (seconds: number | undefined): number | null =>
  seconds === undefined ? null : seconds * 1_000;

export const generation = wholeNumber(
  0,
  999_999_999,
  'The generation of the lease that is meant: when it has a newer one, the call is late and ends nothing.',
);
export const wait = wholeNumber(
  0,
  25,
  'How many seconds to wait for the service to be ready, given up or asleep.',
).inQuery;
export const limit = wholeNumber(1, 100, 'How many to list; 100 when absent.').inQuery;
export const after = text(SERVICE_ID_PATTERN, SERVICE_RULE, 'The `next` of the page before.');
export const intent = z.enum(['awake', 'asleep'], 'awake or asleep').check(z.describe('How to hold the service.'));
export const until = z.pipe(
  z.iso
    .datetime({ offset: true, error: INSTANT_RULE })
    .check(z.describe('When the hold ends: in the future, at most 366 days ahead.')),
  z.transform((instant: string) => Date.parse(instant)),
);

/** Clients that were there before states name the service in one of three ways, or not at all. */
const legacyService = z.optional(z.union([z.literal(''), service], SERVICE_RULE));
export const legacyNames = { service: legacyService, serviceName: legacyService, service_name: legacyService };

/** The one that is named; an empty name is none. */
export const legacyName = (input: Readonly<Partial<Record<keyof typeof legacyNames, string | undefined>>>) =>
  input.service || input.serviceName || input.service_name || undefined;
