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

/** One metric of one service, as far back as a policy can look. Instants before `since` are out of sight. */
export interface MetricHistory {
  add(report: Report, now: number): void;
  /** Use is a value above `idleAtMost`, of any task. */
  usage(idleAtMost: number, since: number): Usage;
  largest(since: number): number | null;
  /** Drops what the task said of the present; that it was in use stays true. */
  forget(taskId: string): void;
}

/** The longest `idle-after`. */
const WINDOW_MS = 30 * 24 * 3_600_000;
/** What a value that falls and falls may take up. */
const STEPS = 10_000;
/** Whoever reported this long before the newest report no longer speaks of the same moment. */
const SAME_MOMENT_MS = 10_000;
/** A service may tell its dimensions apart as it likes, but not fill the memory with them. */
const REPORTERS = 1_000;

interface Step {
  readonly at: number;
  readonly value: number;
}

/**
 * Of all reports only those that none later equals or exceeds: enough to know the last instant above any limit, and
 * the largest value since any instant, and few, however long the past. In the order of time, so each below the last.
 */
const descent = () => {
  const steps: Step[] = [];
  return {
    add: ({ at, value }: Step): void => {
      let later = steps.length;
      while (later > 0 && steps[later - 1]!.at > at) later -= 1;
      const neighbours = [steps[later - 1], steps[later]];
      if (neighbours.some((step) => step !== undefined && step.at >= at && step.value >= value)) return;
      let first = later;
      while (first > 0 && steps[first - 1]!.value <= value) first -= 1;
      steps.splice(first, later - first, { at, value });
      // The two oldest become one that is as large as one and as late as the other: in doubt there was use.
      if (steps.length > STEPS) steps.splice(0, 2, { at: steps[1]!.at, value: steps[0]!.value });
    },
    dropBefore: (instant: number): void => {
      while (steps.length > 0 && steps[0]!.at < instant) steps.shift();
    },
    lastAbove: (limit: number): number | null => steps.findLast(({ value }) => value > limit)?.at ?? null,
    largestSince: (since: number): number | null => steps.find(({ at }) => at >= since)?.value ?? null,
  };
};

export const metricHistory = (): MetricHistory => {
  const past = descent();
  const reporters = new Map<string, Report>();

  const present = (since: number): readonly Report[] => [...reporters.values()].filter(({ at }) => at >= since);
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
      past.add({ at: report.at, value: report.value });
      past.dropBefore(now - WINDOW_MS);
    },
    usage: (idleAtMost, since) => {
      const reports = present(since);
      const lastUseAt = past.lastAbove(idleAtMost);
      return {
        measuredAt: greatest(reports.map(({ at }) => at)),
        inUse: reports.length === 0 ? null : reports.some(({ value }) => value > idleAtMost),
        lastUseAt: lastUseAt !== null && lastUseAt >= since ? lastUseAt : null,
      };
    },
    largest: past.largestSince,
    forget: (taskId) => {
      for (const [who, report] of reporters) if (report.taskId === taskId) reporters.delete(who);
    },
  };
};

/** Not `Math.max(...)`: as arguments, many numbers overflow the stack. */
const greatest = (numbers: readonly number[]): number | null =>
  numbers.reduce<number | null>((most, each) => (most === null || each > most ? each : most), null);
