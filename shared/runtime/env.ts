import type { TimeOfDay } from '#shared/domain/lifecycle/time-of-day.ts';
import { isTimeZone } from '#shared/domain/schedule/wall-clock.ts';
import { SERVICE_ID_PATTERN } from '#shared/domain/lifecycle/service-id.ts';

/** What a variable means, or what it should be, in words that continue the sentence `<NAME> must be …`. */
type Reading<T> = { readonly value: T } | { readonly expected: string };
/** By hand: of a cold start that somebody waits for, a library's schemas would take a millisecond or two. */
type Variable<T> = (value: string | undefined) => Reading<T>;
export type Variables = Readonly<Record<string, Variable<unknown>>>;
export type Environment<V extends Variables> = {
  readonly [Name in keyof V]: V[Name] extends Variable<infer T> ? T : never;
};

const meaning =
  <T>(expected: string, read: (value: string) => T | undefined): Variable<T> =>
  (value) => {
    const found = value === undefined ? undefined : read(value);
    return found === undefined ? { expected } : { value: found };
  };

const text = (pattern: RegExp, expected: string): Variable<string> =>
  meaning(expected, (value) => (pattern.test(value) ? value : undefined));

const oneOf = <T extends string>(...words: readonly T[]): Variable<T> =>
  meaning(words.join(' or '), (value) => words.find((word) => word === value));

const anything: Variable<string | undefined> = (value) => ({ value });

/** The first part: no name that comes again later. */
const CLUSTERS = /^(?!(?:.*,)?([^,]+),(?:.*,)?\1(?:,|$))[A-Za-z0-9_-]{1,255}(,[A-Za-z0-9_-]{1,255})*$/;

const MINUTE_MS = 60_000;
const timeOfDayMs = () =>
  meaning('a time of day such as 23:00', (time): number | undefined => {
    const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
    return hours === undefined ? undefined : (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  });

const ZONE_RULE = 'an IANA time zone such as Europe/Zurich';
const timeZone = () => meaning(ZONE_RULE, (zone) => (isTimeZone(zone) ? zone : undefined));
/** To look a zone up takes a fresh process longer than all the rest of its start: for those that somebody waits for. */
const likelyTimeZone = () => text(/^[A-Za-z][A-Za-z0-9+/_-]{0,63}$/, ZONE_RULE);

const namespace = () => text(/^[A-Za-z0-9][A-Za-z0-9._/#-]{0,254}$/, 'a namespace of CloudWatch');

// Behind `@__PURE__` what a function does not read stays out of its bundle.

/** What every function needs to say of itself. */
export const telemetryVariables = {
  METRIC_NAMESPACE: /* @__PURE__ */ namespace(),
  /** The one dimension of every metric, so that two deployments in one account are told apart. */
  DEPLOYMENT: /* @__PURE__ */ text(/^[\x21-\x39\x3b-\x7e][\x20-\x7e]{0,254}$/, 'the name of this deployment'),
};

const bucket = () => text(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of an S3 bucket');
const topic = () => text(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+(\.fifo)?$/, 'the ARN of an SNS topic');

const controlVariables = {
  CONTROL_BUCKET: /* @__PURE__ */ bucket(),
  CLUSTERS: /* @__PURE__ */ text(CLUSTERS, 'ECS cluster names, each once, with commas and nothing else between them'),
  /** Whether each service has metrics of its own, and their price. */
  SERVICE_METRICS: /* @__PURE__ */ oneOf('on', 'off'),
  /** By whose clocks closing time comes, and schedules go. */
  TIME_ZONE: /* @__PURE__ */ likelyTimeZone(),
  /** Where AWS is, when it is not AWS: the SDK's own words, for the one call that is made without a client of the SDK. */
  AWS_ENDPOINT_URL: anything,
  AWS_ENDPOINT_URL_EC2: anything,
};

/** And what every function needs that looks at services. Made when it is asked for: a bundle cannot leave out a spread. */
export const coreVariables = () => ({ ...telemetryVariables, ...controlVariables });

const serviceOrNone = () => text(new RegExp(`^$|${SERVICE_ID_PATTERN.source}`), 'a service id, or empty');
/** Whose callers may leave the service unnamed. Empty: there is no default. */
export const sessionVariables = { DEFAULT_SERVICE: /* @__PURE__ */ serviceOrNone() };

/** Who decides about services by their use. */
export const decisionVariables = {
  ACTIVITY_NAMESPACE: /* @__PURE__ */ namespace(),
  NIGHTLY_KILL_TIME: /* @__PURE__ */ timeOfDayMs(),
  /** Looked up: these functions cannot do without. */
  TIME_ZONE: /* @__PURE__ */ timeZone(),
};

/** Who tells people. */
export const newsVariables = { NEWS_TOPIC_ARN: /* @__PURE__ */ topic() };

const registryBuckets = {
  CONTROL_BUCKET: /* @__PURE__ */ bucket(),
  REGISTRY_BUCKET: /* @__PURE__ */ bucket(),
  PACKAGES_TOPIC_ARN: /* @__PURE__ */ topic(),
  /** Whether a developer of whom nothing is written down may upload. */
  UNREGISTERED_DEVELOPERS: /* @__PURE__ */ oneOf('allow', 'refuse'),
};
export const registryVariables = () => ({ ...telemetryVariables, ...registryBuckets });

const daysOrOff = () =>
  meaning('off or a number of days', (value): number | null | undefined => {
    if (value === 'off') return null;
    return /^[1-9]\d{0,4}$/.test(value) ? Number(value) : undefined;
  });
/** Who judges uploads and publishes the good ones. */
export const judgingVariables = {
  /** The unique id of the role that signs addresses for developers who have no role of their own. */
  UPLOADER_ID: /* @__PURE__ */ text(/^[A-Z0-9]{16,128}$/, 'the unique id of a role'),
  /** For how long S3 itself shall refuse to delete what is published. */
  OBJECT_LOCK_DAYS: /* @__PURE__ */ daysOrOff(),
};

const queueUrl = () => text(/^https?:\/\/\S+\/[A-Za-z0-9_-]+$/, 'the URL of an SQS queue');
/** Who sends back what was given up. */
export const deadLetterVariables = {
  ARRIVED_UPLOADS_URL: /* @__PURE__ */ queueUrl(),
  FAILED_UPLOADS_URL: /* @__PURE__ */ queueUrl(),
};

/** Reads what a function needs, once, and refuses with every variable that is missing or wrong. */
export const environmentOf = <V extends Variables>(
  variables: V,
  environment: Readonly<Record<string, string | undefined>>,
): Environment<V> => {
  const read = Object.entries(variables).map(([name, variable]) => ({ name, reading: variable(environment[name]) }));
  const problems = read.flatMap(({ name, reading }) => {
    if ('value' in reading) return [];
    return [environment[name] === undefined ? `${name} is missing` : `${name} must be ${reading.expected}`];
  });
  // The values are left out: what stands in the wrong variable may be a secret.
  if (problems.length > 0) throw new Error(`the environment cannot be used: ${problems.join('; ')}`);
  return Object.fromEntries(
    read.flatMap(({ name, reading }) => ('value' in reading ? [[name, reading.value]] : [])),
  ) as Environment<V>;
};

interface Place {
  readonly TIME_ZONE: string;
}

/** In the words of the use cases: where the house stands … */
export const houseSettings = ({ TIME_ZONE }: Place) => ({ timeZone: TIME_ZONE });

/** … when everybody is shown out there … */
export const closingTime = (read: Place & { readonly NIGHTLY_KILL_TIME: number }) => ({
  ...houseSettings(read),
  nightlyKill: { timeOfDayMs: read.NIGHTLY_KILL_TIME, timeZone: read.TIME_ZONE } satisfies TimeOfDay,
});

/** … and which service is meant by callers who name none. */
export const sessionSettings = (read: Place & { readonly DEFAULT_SERVICE: string }) => ({
  ...houseSettings(read),
  ...(read.DEFAULT_SERVICE !== '' && { defaultService: read.DEFAULT_SERVICE }),
});

/** … and who may upload. */
export const registrySettings = (read: {
  readonly UNREGISTERED_DEVELOPERS: 'allow' | 'refuse';
  readonly UPLOADER_ID?: string;
}) => ({ unregistered: read.UNREGISTERED_DEVELOPERS, uploader: read.UPLOADER_ID ?? null });
