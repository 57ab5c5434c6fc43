import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metricHistory, type MetricHistory } from '#shared/adapters/local/metric-history.ts';

const NOW = 1_700_000_000_000;

const add = (history: MetricHistory, value: number, at: number): void =>
  history.add({ taskId: 'one', dimensions: '[]', value, at }, NOW);

const greatest = (numbers: readonly number[]): number | null => (numbers.length === 0 ? null : Math.max(...numbers));

describe('the history of a metric', () => {
  it('knows the last use and the largest value, whatever was reported in whatever order', () => {
    const reports = fc.array(fc.record({ at: fc.integer({ min: NOW - 50, max: NOW }), value: fc.nat(9) }));
    fc.assert(
      fc.property(reports, fc.nat(9), fc.nat(50), (all, idleAtMost, lookBackMs) => {
        const history = metricHistory();
        for (const { value, at } of all) add(history, value, at);
        const seen = all.filter(({ at }) => at >= NOW - lookBackMs);
        const uses = seen.filter(({ value }) => value > idleAtMost);
        const { lastUseAt } = history.usage(idleAtMost, NOW - lookBackMs);
        expect(lastUseAt).toBe(greatest(uses.map(({ at }) => at)));
        expect(history.largest(NOW - lookBackMs)).toBe(greatest(seen.map(({ value }) => value)));
      }),
    );
  });

  it('has an end, and in doubt says that there was use', () => {
    const history = metricHistory();
    for (let step = 20_000; step > 0; step -= 1) add(history, step, NOW - step);
    expect(history.usage(5_000, 0).lastUseAt).toBe(NOW - 5_001);
    expect(history.usage(19_999, 0).lastUseAt).toBe(NOW - 10_000);
  });
});
