import * as z from 'zod/mini';
import { LEASE_MAX_MS, LEASE_MIN_MS } from '#shared/domain/idle/policy.ts';
import { CURSOR_PATTERN } from '#shared/domain/lifecycle/history.ts';
import { HOLDER_PATTERN } from '#shared/domain/lifecycle/lease.ts';
import { SERVICE_ID_PATTERN } from '#shared/domain/lifecycle/service-id.ts';

/**
 * Every value that a caller may give, in one place. The text of a schema's errors continues the sentence
 * `<field> must be …`, and what `describe` says is what the OpenAPI document says.
 *
 * A schema takes its time to build, so each stands behind `@__PURE__`: a bundle leaves out those that its function
 * does not read, and a cold start does not wait for them.
 */
export const text = (pattern: RegExp, expected: string, description: string) =>
  z.string(expected).check(z.regex(pattern, expected), z.describe(description));

export interface Range {
  readonly min: number;
  readonly max: number;
  readonly description: string;
}

const rangeRule = ({ min, max }: Range): string => `a whole number from ${min} to ${max}`;

/** In a JSON body a number is a number … */
export const numberInBody = (range: Range) => {
  const expected = rangeRule(range);
  return z
    .int(expected)
    .check(z.minimum(range.min, expected), z.maximum(range.max, expected), z.describe(range.description));
};

/** … in a query string it is written in digits. */
const numberInQuery = (range: Range) => {
  const expected = rangeRule(range);
  const digits = z.string(expected).check(z.regex(/^(0|[1-9]\d{0,8})$/, expected));
  return z.pipe(z.pipe(digits, z.transform(Number)), numberInBody(range));
};

// oxlint-disable-next-line no-control-regex -- not `\P{Cc}`: readers of the OpenAPI document do not all know it.
const PRINTABLE = /^[^\u0000-\u001F\u007F-\u009F]{1,500}$/u;

const SERVICE_RULE = 'a service id: letters, digits, dots, dashes and underscores';
const HOLDER_RULE = 'a name of 1 to 64 letters, digits and . _ @ -, the first a letter or digit';
const REASON_RULE = 'a text of 1 to 500 characters without control characters';
const INSTANT_RULE = 'an instant such as 2026-11-20T10:00:00Z';

export const service = /* @__PURE__ */ text(SERVICE_ID_PATTERN, SERVICE_RULE, 'The id of a service.');
export const holder = /* @__PURE__ */ text(
  HOLDER_PATTERN,
  HOLDER_RULE,
  'Who keeps the service awake. Names belong to the key that uses them.',
);
export const reason = /* @__PURE__ */ text(PRINTABLE, REASON_RULE, 'Why, for people.');

const yesOrNo = (description: string) => z.boolean('true or false').check(z.describe(description));
export const force = /* @__PURE__ */ yesOrNo('Overrule others. Needs the grant for it.');

export const leaseSeconds = /* @__PURE__ */ numberInBody({
  min: LEASE_MIN_MS / 1_000,
  max: LEASE_MAX_MS / 1_000,
  description: 'How long the lease lasts; when absent, as the service wants it.',
});

/** null: as long as the service's policy says. */
export const leaseMsOf = (seconds: number | undefined): number | null =>
  seconds === undefined ? null : seconds * 1_000;

const GENERATIONS: Range = {
  min: 0,
  max: 999_999_999,
  description: 'The generation of the lease that is meant: when it has a newer one, the call is late and ends nothing.',
};
export const generation = {
  inBody: /* @__PURE__ */ numberInBody(GENERATIONS),
  inQuery: /* @__PURE__ */ numberInQuery(GENERATIONS),
};
export const wait = /* @__PURE__ */ numberInQuery({
  min: 0,
  max: 25,
  description: 'How many seconds to wait for the service to be ready, given up or asleep.',
});
export const limit = /* @__PURE__ */ numberInQuery({
  min: 1,
  max: 100,
  description: 'How many to list; 100 when absent.',
});
export const after = /* @__PURE__ */ text(SERVICE_ID_PATTERN, SERVICE_RULE, 'The `next` of the page before.');
export const afterPassage = /* @__PURE__ */ text(
  CURSOR_PATTERN,
  'the `next` of a page',
  'The `next` of the page before.',
);

const howToHold = () => z.enum(['awake', 'asleep'], 'awake or asleep').check(z.describe('How to hold the service.'));
export const intent = /* @__PURE__ */ howToHold();

const endOfHold = () =>
  z.pipe(
    z.iso
      .datetime({ offset: true, error: INSTANT_RULE })
      .check(z.describe('When the hold ends: in the future, at most 366 days ahead.')),
    z.transform((instant: string) => Date.parse(instant)),
  );
export const until = /* @__PURE__ */ endOfHold();

/** Clients that were there before states name the service in one of three ways, or not at all. */
const nameOrNone = () =>
  z.optional(
    text(new RegExp(`^$|${SERVICE_ID_PATTERN.source}`), SERVICE_RULE, 'The id of a service; or empty, for none.'),
  );
const legacyService = /* @__PURE__ */ nameOrNone();
export const legacyNames = { service: legacyService, serviceName: legacyService, service_name: legacyService };

/** The one that is named; an empty name is none. */
export const legacyName = (input: Readonly<Partial<Record<keyof typeof legacyNames, string | undefined>>>) =>
  input.service || input.serviceName || input.service_name || undefined;
