import * as z from 'zod/mini';
import { parseDuration } from '#shared/domain/idle/duration.ts';

const SERVICE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const STOP_TIMEOUT_MAX_MS = 120_000;
const PORT = 'a whole number from 1 to 65535';
const WAKE_COUNT = 'a whole number from 1 to 100';
const PATH = 'a path such as /health';
const HEALTH = '{ path: /… } or { tcp: true }';

/** To the system a NUL ends a text: what comes after it would never reach the process, or keep it from starting. */
const withoutNul = z.regex(/^[^\0]*$/, 'a text without NUL characters');
const text = z.string('a text; put numbers in quotes').check(withoutNul);

const stopTimeout = z.string('a duration such as 10s, 1s to 120s').check(
  z.refine((value) => {
    const durationMs = parseDuration(value) ?? 0;
    return durationMs >= 1_000 && durationMs <= STOP_TIMEOUT_MAX_MS;
  }, 'a duration such as 10s, 1s to 120s'),
);

/** Tags on AWS are texts; `max: 2` is forgiven here. */
const tag = z.union([z.string(), z.number()], 'a text');

const serviceEntry = z.strictObject(
  {
    command: z
      .array(text.check(z.minLength(1, 'a text that is not empty')), 'a list such as [node, server.js]')
      .check(z.minLength(1, 'a program and its arguments')),
    environment: z.optional(z.record(z.string().check(withoutNul), text, 'a map of texts')),
    port: z.optional(z.int(PORT).check(z.minimum(1, PORT), z.maximum(65_535, PORT))),
    health: z.optional(
      z.union(
        [
          z.strictObject({ path: z.string(PATH).check(z.regex(/^\/[\x21-\x7e]*$/, PATH)) }),
          z.strictObject({ tcp: z.literal(true) }),
        ],
        HEALTH,
      ),
    ),
    stopTimeout: z.optional(stopTimeout),
    wakeCount: z.optional(z.int(WAKE_COUNT).check(z.minimum(1, WAKE_COUNT), z.maximum(100, WAKE_COUNT))),
    tags: z.optional(z.record(z.string(), tag, 'a map of policy words')),
  },
  'a map with at least command',
);

/** The shape of a services file. The text of an error continues `expected …`. */
export const servicesSchema = z.strictObject(
  {
    services: z
      .record(
        z.string().check(z.regex(SERVICE_NAME, 'a service id of 1 to 64 letters, digits and . _ -')),
        serviceEntry,
        'a map of services',
      )
      .check(z.refine((services) => Object.keys(services).length > 0, 'at least one service')),
  },
  'a map with the field services',
);

export type ServiceEntry = z.infer<typeof serviceEntry>;
