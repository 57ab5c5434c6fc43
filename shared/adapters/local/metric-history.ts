/** A value of one metric, and who reported it. */
interface Report {
  readonly taskId: string;
  readonly dimensions: string;
  readonly value: number;
  readonly at: number;
}

interface Usage {
  /** The newest report of a task that still runs; null when there is none. */
  readonly measuredAt: number | null;
  readonly inUse: boolean | null;
  readonly lastUseAt: number | null;
}

/** One metric of one service over the last two hours. Instants before `since` are out of sight. */
export interface MetricHistory {
  add(report: Report, now: number): void;
  /** Use is a value above `idleAtMost`, of any task. */
  usage(idleAtMost: number, since: number): Usage;
  largest(since: number): number | null;
  /** Drops what the task said of the present; that it was in use stays true. */
  forget(taskId: string): void;
}

const WINDOW_MS = 2 * 3_600_000;
const BUCKET_MS = 1_000;
/** Whoever reported this long before the newest report no longer speaks of the same moment. */
const SAME_MOMENT_MS = 10_000;
/** A service may tell its dimensions apart as it likes, but not fill the memory with them. */
const REPORTERS = 1_000;

/** The largest value within a second, and the last instant at which it was reported. */
interface Bucket {
  readonly at: number;
  readonly value: number;
}

export const metricHistory = (): MetricHistory => {
  const buckets = new Map<number, Bucket>();
  const reporters = new Map<string, Report>();

  const present = (since: number): readonly Report[] => [...reporters.values()].filter(({ at }) => at >= since);
  const past = (since: number): readonly Bucket[] => [...buckets.values()].filter(({ at }) => at >= since);

  const addToBucket = ({ at, value }: Report): void => {
    const second = Math.floor(at / BUCKET_MS);
    const known = buckets.get(second);
    buckets.set(second, known === undefined || value >= known.value ? { at, value } : known);
  };
  const dropOld = (now: number): void => {
    for (const [second, { at }] of buckets) {
      if (at >= now - WINDOW_MS) break; // in the order of their arrival: the rest is younger
      buckets.delete(second);
    }
  };
  const hear = (report: Report): void => {
    const who = `${report.taskId} ${report.dimensions}`;
    if (report.at < (reporters.get(who)?.at ?? 0)) return;
    reporters.delete(who); // to be set anew: the map is in the order of the newest report
    reporters.set(who, report);
    for (const [name, { at }] of reporters) {
      if (at >= report.at - SAME_MOMENT_MS && reporters.size <= REPORTERS) break;
      reporters.delete(name);
    }
  };

  return {
    add: (report, now) => {
      if (report.at < now - WINDOW_MS) return;
      hear(report);
      addToBucket(report);
      dropOld(now);
    },
    usage: (idleAtMost, since) => {
      const reports = present(since);
      const uses = past(since).filter(({ value }) => value > idleAtMost);
      return {
        measuredAt: greatest(reports.map(({ at }) => at)),
        inUse: reports.length === 0 ? null : reports.some(({ value }) => value > idleAtMost),
        lastUseAt: greatest(uses.map(({ at }) => at)),
      };
    },
    largest: (since) => greatest(past(since).map(({ value }) => value)),
    forget: (taskId) => {
      for (const [who, report] of reporters) if (report.taskId === taskId) reporters.delete(who);
    },
  };
};

/** Not `Math.max(...)`: as arguments, many numbers overflow the stack. */
const greatest = (numbers: readonly number[]): number | null =>
  numbers.reduce<number | null>((most, each) => (most === null || each > most ? each : most), null);
