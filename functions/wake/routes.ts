import * as z from 'zod/mini';
import { showsService, type Route } from '#shared/http/endpoint.ts';
import { force, holder, leaseSeconds, legacyNames, reason, service } from '#shared/http/fields.ts';

const body = {
  holder: z.optional(holder),
  leaseSeconds: z.optional(leaseSeconds),
  reason: z.optional(reason),
  force: z.optional(force),
};

const replies = {
  200: showsService('It is ready; the lease has been taken.'),
  202: showsService('It is starting; ask `Location` again after `Retry-After`.'),
};

export const wakeRoute = {
  operationId: 'wakeService',
  method: 'POST',
  path: '/services/{service}/wake',
  summary: 'Wake a service, or join those for whom it is awake',
  description:
    'Takes a lease for the holder and starts the service if it sleeps. Safe to repeat: a lease is never shortened, and a service that starts is not started twice. `force` wakes a service that is refused after failed starts.',
  params: { service },
  body,
  replies,
  refusals: ['service-not-found', 'service-asleep', 'held', 'failing'],
} as const satisfies Route;

export const legacyWakeRoute = {
  operationId: 'wake',
  method: 'POST',
  path: '/wake',
  summary: 'Wake the service that the body names, or the only or default one',
  description: 'The address that existing agents are configured with. As wakeService; unknown fields are passed over.',
  body: { ...legacyNames, ...body },
  ignoresUnknownFields: true,
  replies,
  refusals: wakeRoute.refusals,
} as const satisfies Route;
