import type { Context } from 'aws-lambda';
import type { Clock } from '#shared/ports/clock.ts';
import type { ScopedTelemetry } from '#shared/ports/telemetry.ts';

export interface JobOptions {
  readonly telemetry: ScopedTelemetry;
  readonly clock: Clock;
  /** Whom an event is about, where it is about one. */
  readonly serviceOf?: (event: unknown) => string | null;
}

type JobContext = Pick<Context, 'awsRequestId'>;

/** Nobody asked: the control plane itself. */
const SUBJECT = 'nightporter';

const idOf = (event: unknown): string | undefined => {
  const id = typeof event === 'object' && event !== null && 'id' in event ? event.id : undefined;
  return typeof id === 'string' && id !== '' ? id : undefined;
};

/**
 * A function that a schedule or an event starts, and whom nobody waits for. It throws what it fails of: only then
 * does Lambda count an error, try again, and put the event where the failed ones are.
 */
export const jobHandler =
  <T>(job: string, run: (event: unknown) => Promise<T>, { telemetry, clock, serviceOf }: JobOptions) =>
  (event: unknown, { awsRequestId }: JobContext): Promise<T> => {
    // The id of an event stays the same when it is delivered again.
    const correlationId = idOf(event) ?? awsRequestId;
    return telemetry.within({ correlationId, subject: SUBJECT, service: serviceOf?.(event) ?? null }, async () => {
      const startedAt = clock.now();
      try {
        const result = await run(event);
        telemetry.event('job.completed', { job, durationMs: clock.now() - startedAt });
        return result;
      } catch (cause) {
        telemetry.failure('job.failed', cause, { job, durationMs: clock.now() - startedAt });
        throw cause;
      }
    });
  };
