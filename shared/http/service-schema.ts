import * as z from 'zod/mini';

const instant = z.iso.datetime();
const orNull = <T extends z.ZodMiniType>(schema: T, description: string) =>
  z.nullable(schema).check(z.describe(description));

/** A service as every call shows it: absent values are null, never missing. */
export const serviceSchema = z.strictObject({
  service: z.string(),
  state: z.enum(['asleep', 'waking', 'ready', 'draining', 'stopping', 'failing']),
  held: orNull(
    z.strictObject({ intent: z.enum(['awake', 'asleep']), until: instant, by: z.string(), reason: z.string() }),
    'The hold in force.',
  ),
  generation: z.int().check(z.describe('Raised by every step to and from asleep.')),
  desiredCount: z.int(),
  runningCount: orNull(z.int(), 'null: not seen yet.'),
  pendingCount: orNull(z.int(), 'null: not seen yet.'),
  endpoint: orNull(
    z.strictObject({ host: z.string(), port: z.int(), url: z.nullable(z.string()) }),
    'Where to connect once the state is ready.',
  ),
  lease: orNull(
    z.strictObject({ holder: z.string(), expiresAt: instant, generation: z.int() }),
    'The lease that this call took; in a GET that of `?holder=`.',
  ),
  leases: orNull(z.int(), 'Live leases, at most three seconds old; null where nobody has counted them lately.'),
  estimatedReadyAt: orNull(instant, 'While waking, from how long this service took before.'),
  since: instant,
  reason: z.string().check(z.describe('Why it is meant to be as it is.')),
  failure: orNull(
    z.strictObject({
      code: z.string(),
      message: z.string(),
      output: z.nullable(z.string()),
      count: z.int(),
      at: instant,
    }),
    'The last failed start, kept until the next ready.',
  ),
  status: orNull(
    z.enum(['waking', 'starting', 'already_running', 'killed', 'released']),
    'What wake and kill did; null in other answers.',
  ),
  estimatedStartTime: orNull(instant, 'As estimatedReadyAt.'),
  message: z.string().check(z.describe('The state in a sentence for people.')),
});

export type ServiceBody = z.infer<typeof serviceSchema>;

export const servicePageSchema = z.strictObject({
  services: z.array(serviceSchema),
  next: orNull(z.string(), 'Pass as `after` for the next page; null on the last.'),
});

const evidenceSchema = z.strictObject({
  leasedUntil: z.nullable(instant),
  leaseEndedAt: z.nullable(instant),
  measurement: z.strictObject({
    measuredAt: z.nullable(instant),
    inUse: z.nullable(z.boolean()),
    lastUseAt: z.nullable(instant),
    lastActivityAt: z.nullable(instant),
  }),
  knownAt: z.nullable(instant),
  wokenAt: instant,
  readyAt: z.nullable(instant),
  deployingSince: z.nullable(instant),
  drainingSince: z.nullable(instant),
  nightlyKillAt: instant,
});

/** What the next tick would do with a service, and why. */
export const decisionSchema = z.strictObject({
  action: z.enum(['keep', 'drain', 'sleep', 'force', 'rest']),
  because: z.string(),
  recheckAt: orNull(instant, 'The instant at which this evidence would lead to another answer; null: never.'),
  evidence: evidenceSchema,
});

export const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  field: orNull(z.string(), 'The input that was wrong.'),
});

export const documentSchema = z.looseObject({ openapi: z.string(), info: z.looseObject({}), paths: z.looseObject({}) });
