import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import type { Telemetry } from '#shared/ports/telemetry.ts';
import type { Caller } from '#shared/usecases/caller.ts';

export interface Change {
  readonly action: string;
  readonly reason: string | null;
  readonly before: ServiceRecord;
  readonly after: ServiceRecord;
}

const brief = ({ intent, generation, hold }: ServiceRecord): Readonly<Record<string, unknown>> => ({
  intent,
  generation,
  held: hold?.intent ?? null,
});

/** Every change leaves one event: who, what, on which service, why, before and after. */
export const audit = (telemetry: Telemetry, caller: Pick<Caller, 'subject' | 'source'>, change: Change): void =>
  telemetry.audit({
    action: change.action,
    service: change.after.service,
    subject: caller.subject,
    source: caller.source,
    reason: change.reason,
    before: brief(change.before),
    after: brief(change.after),
  });
