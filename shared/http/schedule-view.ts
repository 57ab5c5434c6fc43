import { scheduleAt, type Schedule } from '#shared/domain/schedule/schedule.ts';
import type { ServiceBody } from '#shared/http/service-schema.ts';

/** What the schedule says now and what it says next; null for a service that has none. */
export const scheduleBody = (schedule: Schedule | null, at: number): ServiceBody['schedule'] => {
  if (!schedule) return null;
  const { now, next } = scheduleAt(schedule, at);
  return { now, next: next && { at: new Date(next.at).toISOString(), intent: next.intent } };
};
