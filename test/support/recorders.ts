import type { Measurement } from '#shared/domain/idle/evidence.ts';
import type { Activity, ActivityQuery } from '#shared/ports/activity.ts';
import type { ServiceMetrics } from '#shared/domain/metrics.ts';
import type { Announcement } from '#shared/domain/registry/promotion.ts';
import type { Announcer } from '#shared/ports/announcer.ts';
import type { Notification, Notifier } from '#shared/ports/notifier.ts';
import type { AuditEntry, Fields, Telemetry } from '#shared/ports/telemetry.ts';

export interface ScriptedActivity extends Activity {
  /** What is measured from now on; `undefined`: the service reports nothing. */
  report(service: string, measurement: Measurement | undefined): void;
  /** Every measuring fails from now on; `undefined`: works again. */
  break(cause: Error | undefined): void;
  readonly asked: readonly (readonly ActivityQuery[])[];
}

export const scriptedActivity = (): ScriptedActivity => {
  const measurements = new Map<string, Measurement>();
  const asked: (readonly ActivityQuery[])[] = [];
  let broken: Error | undefined;
  return {
    asked,
    report: (service, measurement) => {
      if (measurement) measurements.set(service, measurement);
      else measurements.delete(service);
    },
    break: (cause) => {
      broken = cause;
    },
    measure: async (queries) => {
      asked.push(queries);
      if (broken) throw broken;
      return new Map([...measurements].filter(([service]) => queries.some((query) => query.service === service)));
    },
  };
};

export interface RecordedNews extends Notifier {
  readonly told: readonly Notification[];
  /** Nothing can be handed over from now on; `undefined`: works again. */
  break(cause: Error | undefined): void;
}

export const recordedNews = (): RecordedNews => {
  const told: Notification[] = [];
  let broken: Error | undefined;
  return {
    told,
    break: (cause) => {
      broken = cause;
    },
    notify: async (notification) => {
      if (broken) throw broken;
      told.push(notification);
    },
  };
};

export interface RecordedAnnouncements extends Announcer {
  readonly announced: readonly Announcement[];
  /** Nothing can be handed over from now on; `undefined`: works again. */
  break(cause: Error | undefined): void;
}

export const recordedAnnouncements = (): RecordedAnnouncements => {
  const announced: Announcement[] = [];
  let broken: Error | undefined;
  return {
    announced,
    break: (cause) => {
      broken = cause;
    },
    announce: async (announcement) => {
      if (broken) throw broken;
      announced.push(announcement);
    },
  };
};

export interface RecordedTelemetry extends Telemetry {
  readonly events: readonly { readonly name: string; readonly fields: Fields }[];
  readonly failures: readonly { readonly name: string; readonly cause: unknown; readonly fields: Fields }[];
  readonly metrics: readonly { readonly name: string; readonly value: number; readonly fields: Fields }[];
  readonly audits: readonly AuditEntry[];
  /** What was told of each service apart, in order. */
  readonly told: readonly (ServiceMetrics & { readonly service: string })[];
  /** The values of one metric, in order. */
  values(metric: string): readonly number[];
}

export const recordedTelemetry = (): RecordedTelemetry => {
  const events: { name: string; fields: Fields }[] = [];
  const failures: { name: string; cause: unknown; fields: Fields }[] = [];
  const metrics: { name: string; value: number; fields: Fields }[] = [];
  const audits: AuditEntry[] = [];
  const told: (ServiceMetrics & { readonly service: string })[] = [];
  return {
    events,
    failures,
    metrics,
    audits,
    told,
    values: (metric) => metrics.filter(({ name }) => name === metric).map(({ value }) => value),
    event: (name, fields) => void events.push({ name, fields }),
    failure: (name, cause, fields) => void failures.push({ name, cause, fields }),
    metric: (name, value, fields = {}) => void metrics.push({ name, value, fields }),
    vitals: (service, values) => void told.push({ service, ...values }),
    audit: (entry) => void audits.push(entry),
  };
};
