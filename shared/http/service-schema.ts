import * as z from 'zod/mini';

const instant = z.iso.datetime();
const orNull = <T extends z.ZodMiniType>(schema: T, description: string) =>
  z.nullable(schema).check(z.describe(description));

const scheduleSchema = orNull(
  z.strictObject({
    now: orNull(z.enum(['awake', 'asleep']), 'The window that is on; null: none is.'),
    next: orNull(
      z.strictObject({ at: instant, intent: z.nullable(z.enum(['awake', 'asleep'])) }),
      'What follows, and when; null: nothing, it stays like that.',
    ),
  }),
  'What the schedule of the service says; null: it has none.',
);

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
  boot: orNull(
    z.strictObject({
      phase: orNull(
        z.enum(['asked', 'started', 'running', 'healthy', 'ready']),
        'How far the present start has come; null for a sleeper.',
      ),
      boots: z.int().check(z.describe('How many of its last boots are remembered.')),
      medianMs: orNull(z.int(), 'From the wake to ready, the median of them; null: none has been seen.'),
      startedMs: orNull(z.int(), 'From the wake until its tasks had been made.'),
      runningMs: orNull(z.int(), 'Until they ran.'),
      healthyMs: orNull(z.int(), 'Until they were healthy.'),
    }),
    'How long this service takes to boot; null for a sleeper that nobody has seen boot.',
  ),
  schedule: scheduleSchema,
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
  nextNightlyKillAt: instant,
  refusedUntil: z.nullable(instant),
});

const actionSchema = z.enum(['keep', 'drain', 'sleep', 'force', 'rest', 'wake']);

const changeSchema = z.strictObject({
  when: z
    .enum([
      'hold-ends',
      'nightly-kill',
      'nightly-kill-over',
      'schedule',
      'refusal-ends',
      'lease-ends',
      'use-ends',
      'data-ages',
      'boot-limit',
      'grace-ends',
      'deployment-limit',
      'unknown-limit',
      'confirmed',
      'woken',
      'lease-taken',
      'leases-released',
      'used',
      'drained',
    ])
    .check(z.describe('What the clock brings; from `woken` on, what somebody could do.')),
  at: orNull(instant, 'null: whenever somebody does it.'),
  becomes: z.strictObject({ action: actionSchema, because: z.string() }),
});

/** What the next tick would do with a service, and why. */
export const decisionSchema = z.strictObject({
  action: actionSchema,
  because: z.string(),
  recheckAt: orNull(instant, 'The instant at which this evidence would lead to another answer; null: never.'),
  evidence: evidenceSchema,
  schedule: scheduleSchema,
  changes: z
    .array(changeSchema)
    .check(z.describe('What would change the answer: first the clock, in order, then what somebody could do.')),
});

const bootSchema = z.strictObject({
  askedAt: instant,
  startedMs: z.nullable(z.int()),
  runningMs: z.nullable(z.int()),
  healthyMs: z.nullable(z.int()),
  readyMs: z.int(),
  unseenMs: z.int().check(z.describe('How long nobody had looked when it was seen ready.')),
});

const passageSchema = z.strictObject({
  at: instant,
  did: z
    .enum(['adopted', 'woken', 'recalled', 'drained', 'slept', 'held', 'unheld', 'ready', 'start-failed', 'decided'])
    .check(z.describe('`decided`: nothing changed; from then on it was kept for another reason.')),
  from: orNull(z.enum(['awake', 'draining', 'asleep']), 'As it was meant to be before; null: it was not known.'),
  to: z.enum(['awake', 'draining', 'asleep']),
  generation: z.int(),
  by: z.string(),
  reason: z.string(),
  boot: orNull(bootSchema, 'Of `ready`, where the boot was seen.'),
});

/** What happened to a service, the newest first. */
export const historySchema = z.strictObject({
  history: z.array(passageSchema),
  next: orNull(z.string(), 'Pass as `after` for the next page; null on the last.'),
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
