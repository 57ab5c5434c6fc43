import * as z from 'zod/mini';
import { showsService, type Route } from '#shared/http/endpoint.ts';
import { force, generation, holder, legacyNames, reason, service } from '#shared/http/fields.ts';

const body = {
  holder: z.optional(holder),
  generation: z.optional(generation.inBody),
  reason: z.optional(reason),
  force: z.optional(force),
};

const replies = {
  200: showsService('`released`: the lease has ended and the service stays; or `killed`: it was asleep already.'),
  202: showsService('`killed`: it was the last lease, and the service goes to sleep now.'),
};

export const killRoute = {
  operationId: 'killService',
  method: 'POST',
  path: '/services/{service}/kill',
  summary: "End the holder's session, and the service with the last one",
  description:
    "Nobody ends another's session: with leases left the answer is `released` and how many remain. `force` ends everybody's.",
  params: { service },
  body,
  replies,
  refusals: ['service-not-found', 'held'],
} as const satisfies Route;

export const legacyKillRoute = {
  operationId: 'kill',
  method: 'POST',
  path: '/kill',
  summary: 'Kill the service that the body names, or the only or default one',
  description: 'The address that existing agents are configured with. As killService; unknown fields are passed over.',
  body: { ...legacyNames, ...body },
  ignoresUnknownFields: true,
  replies,
  refusals: killRoute.refusals,
} as const satisfies Route;
