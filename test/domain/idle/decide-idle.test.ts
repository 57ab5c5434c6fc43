import { describe, expect, it } from 'vitest';
import {
  decideIdle,
  MEASUREMENT_FRESH_MS,
  type IdleDecision,
  type IdleEvidence,
} from '#shared/domain/idle/decide-idle.ts';
import type { Policy } from '#shared/domain/idle/policy.ts';
import { aMeasurement, aPolicy, someEvidence } from '../../support/builders.ts';
import { HOUR, MINUTE, T0 } from '../../support/virtual-clock.ts';

const FRESH = T0 + MEASUREMENT_FRESH_MS;
const NOTHING = aMeasurement({ measuredAt: null, inUse: null, lastActivityAt: null });

const asked = (evidence: Partial<IdleEvidence>, afterMs: number, policy: Partial<Policy> = {}): string => {
  const { act, because } = decideIdle(aPolicy(policy), someEvidence(evidence), T0 + afterMs);
  return `${act}: ${because}`;
};

/** The last millisecond of one answer and the first of the next. */
const turns = (
  evidence: Partial<IdleEvidence>,
  atMs: number,
  policy: Partial<Policy> = {},
): readonly [string, string] => [asked(evidence, atMs - 1, policy), asked(evidence, atMs, policy)];

/** Measured so recently, whenever it is asked, that the data is never the reason. */
const measured = (atMs: number, more: Partial<IdleEvidence['measurement']> = {}): IdleEvidence['measurement'] =>
  aMeasurement({ measuredAt: T0 + atMs, ...more });

describe('a lease', () => {
  it('keeps a service awake until five seconds after its end', () => {
    const leased = { leasedUntil: T0 + MINUTE };
    expect(turns(leased, MINUTE + 5_000)).toEqual(['keep: leased', 'drain: idle']);
  });

  it('keeps it awake although nobody is connected and nothing is known', () => {
    expect(asked({ leasedUntil: T0 + 24 * HOUR, measurement: NOTHING }, 23 * HOUR)).toBe('keep: leased');
  });
});

describe('connections', () => {
  it('keep a service awake while something moves on them', () => {
    expect(asked({ measurement: measured(0, { inUse: true, lastActivityAt: T0 }) }, 0)).toBe('keep: active');
  });

  it('count although silent, up to the cap', () => {
    const capMs = 60 * MINUTE;
    const measurement = measured(capMs, { inUse: true, lastActivityAt: T0 });
    expect(turns({ measurement }, capMs)).toEqual(['keep: active', 'drain: idle']);
  });

  it('that never told of any activity count from when the service was ready', () => {
    const measurement = measured(HOUR, { inUse: true, lastActivityAt: null });
    expect(turns({ measurement, readyAt: T0, wokenAt: T0 - HOUR }, HOUR)).toEqual(['keep: active', 'drain: idle']);
  });

  it('and from when it was woken, where it never was ready', () => {
    const measurement = measured(HOUR, { inUse: true, lastActivityAt: null });
    expect(turns({ measurement, readyAt: null, wokenAt: T0 }, HOUR)).toEqual(['keep: active', 'drain: idle']);
  });

  it('that have closed count until idle-after', () => {
    const measurement = measured(9 * MINUTE, { lastUseAt: T0, lastActivityAt: T0 - MINUTE });
    expect(turns({ measurement }, 10 * MINUTE)).toEqual(['keep: active', 'drain: idle']);
  });

  it('activity without any connection counts until idle-after', () => {
    const measurement = measured(9 * MINUTE, { lastUseAt: null, lastActivityAt: T0 });
    expect(turns({ measurement }, 10 * MINUTE)).toEqual(['keep: active', 'drain: idle']);
  });

  it('whichever came last counts', () => {
    const later = measured(9 * MINUTE, { lastUseAt: T0 - MINUTE, lastActivityAt: T0 });
    expect(turns({ measurement: later }, 10 * MINUTE)).toEqual(['keep: active', 'drain: idle']);
  });

  it('that were silent beyond the cap do not count anew when they close', () => {
    const measurement = measured(0, { lastUseAt: T0, lastActivityAt: T0 - 2 * HOUR });
    expect(asked({ measurement }, 0)).toBe('drain: idle');
  });

  it('have a cap that the policy can move', () => {
    const measurement = measured(0, { inUse: true, lastActivityAt: T0 - 5 * MINUTE });
    expect(turns({ measurement }, 0, { silentConnectionCapMs: 5 * MINUTE })).toEqual(['keep: active', 'drain: idle']);
  });
});

describe.each<[string, Policy['signal']]>([
  ['the load balancer’s requests', { kind: 'alb', dimensions: [] }],
  ['the flows of a network load balancer', { kind: 'nlb', dimensions: [] }],
  ['a metric', { kind: 'metric', namespace: 'AWS/SQS', name: 'Depth', idleAtMost: 0 }],
])('%s', (_, signal) => {
  it('keep a service awake while they show use, however long', () => {
    const measurement = measured(24 * HOUR, { inUse: true, lastActivityAt: null });
    expect(asked({ measurement, readyAt: T0 - 24 * HOUR }, 24 * HOUR, { signal })).toBe('keep: active');
  });

  it('count until idle-after once they show none', () => {
    const measurement = measured(9 * MINUTE, { lastUseAt: T0, lastActivityAt: null });
    expect(turns({ measurement }, 10 * MINUTE, { signal })).toEqual(['keep: active', 'drain: idle']);
  });

  it('need no activity of the service’s own to be complete, and do not heed it', () => {
    expect(asked({ measurement: measured(0, { lastActivityAt: null }) }, 0, { signal })).toBe('drain: idle');
    expect(asked({ measurement: measured(0, { lastActivityAt: T0 }) }, 0, { signal })).toBe('drain: idle');
  });

  it('are unknown while nothing tells whether there is use', () => {
    expect(asked({ measurement: measured(0, { inUse: null, lastUseAt: T0 }) }, 0, { signal })).toBe('keep: unknown');
  });
});

describe('leases alone', () => {
  const policy = { signal: { kind: 'leases' } } as const;

  it('make a service idle as soon as there is none', () => {
    expect(asked({ measurement: NOTHING }, 0, policy)).toBe('drain: idle');
    expect(asked({ measurement: measured(0, { inUse: true }) }, 0, policy)).toBe('drain: idle');
  });

  it('still leave it its grace', () => {
    expect(turns({ measurement: NOTHING, readyAt: T0 }, 5 * MINUTE, policy)).toEqual(['keep: grace', 'drain: idle']);
  });
});

describe('a boot', () => {
  const booting = { readyAt: null, wokenAt: T0, measurement: measured(10 * MINUTE) };

  it('is waited for until its limit', () => {
    expect(turns(booting, 10 * MINUTE)).toEqual(['keep: booting', 'drain: idle']);
    expect(turns({ ...booting, measurement: measured(MINUTE) }, MINUTE, { bootLimitMs: MINUTE })).toEqual([
      'keep: booting',
      'drain: idle',
    ]);
  });

  it('gives way to unknown where nothing is measured', () => {
    expect(turns({ ...booting, measurement: NOTHING }, 10 * MINUTE)).toEqual(['keep: booting', 'keep: unknown']);
  });

  it('is followed by grace, counted from ready', () => {
    const ready = { readyAt: T0, wokenAt: T0 - 9 * MINUTE, measurement: measured(5 * MINUTE) };
    expect(turns(ready, 5 * MINUTE)).toEqual(['keep: grace', 'drain: idle']);
  });

  it('may be granted no grace', () => {
    expect(asked({ readyAt: T0 }, 0, { graceAfterWakeMs: 0 })).toBe('drain: idle');
  });
});

describe('a deployment', () => {
  it('is not disturbed, up to unknown-after', () => {
    const deploying = { deployingSince: T0, measurement: measured(30 * MINUTE) };
    expect(turns(deploying, 30 * MINUTE)).toEqual(['keep: deploying', 'drain: idle']);
  });
});

describe('silence', () => {
  it.each<[string, Partial<IdleEvidence['measurement']>]>([
    ['nothing was measured', { measuredAt: null, inUse: null, lastActivityAt: null }],
    ['nobody knows whether anybody is connected', { inUse: null }],
    ['nobody is connected and nobody knows since when nothing happens', { inUse: false, lastActivityAt: null }],
    ['what is known has no instant', { measuredAt: null }],
    ['what is known says use, without an instant', { measuredAt: null, inUse: true, lastActivityAt: T0 }],
  ])('is unknown, not idle: %s', (_, more) => {
    expect(asked({ measurement: aMeasurement(more) }, 0)).toBe('keep: unknown');
  });

  it('begins three minutes after the last datapoint', () => {
    expect(turns({}, FRESH - T0)).toEqual(['drain: idle', 'keep: unknown']);
  });

  it('is no use either: an old datapoint that showed use says nothing', () => {
    const measurement = measured(0, { inUse: true, lastActivityAt: T0 });
    expect(turns({ measurement }, FRESH - T0)).toEqual(['keep: active', 'keep: unknown']);
  });

  it.each<[string, Partial<IdleEvidence>]>([
    ['the last datapoint', { measurement: aMeasurement(), knownAt: T0 - HOUR }],
    ['what is remembered to have been known', { measurement: NOTHING, knownAt: T0 }],
    ['the end of the last lease', { measurement: NOTHING, knownAt: T0 - HOUR, leaseEndedAt: T0 }],
    ['ready', { measurement: NOTHING, knownAt: T0 - HOUR, readyAt: T0, wokenAt: T0 - MINUTE }],
    ['the wake, where it never was ready', { measurement: NOTHING, knownAt: T0 - HOUR, readyAt: null, wokenAt: T0 }],
  ])('ends in sleep, half an hour after %s', (_, evidence) => {
    expect(turns(evidence, 30 * MINUTE)).toEqual(['keep: unknown', 'drain: unknown-too-long']);
  });

  it('is not prolonged by data that is partial, however fresh', () => {
    const evidence = { measurement: aMeasurement({ lastActivityAt: null, measuredAt: T0 + HOUR }), knownAt: T0 };
    expect(turns(evidence, 30 * MINUTE)).toEqual(['keep: unknown', 'drain: unknown-too-long']);
  });

  it('is never shortened by an older instant', () => {
    const evidence = { measurement: NOTHING, knownAt: T0 - MINUTE, leaseEndedAt: T0, readyAt: T0 - 2 * MINUTE };
    expect(turns(evidence, 30 * MINUTE)).toEqual(['keep: unknown', 'drain: unknown-too-long']);
  });

  it('waits as long as the policy says', () => {
    const evidence = { measurement: NOTHING, knownAt: T0 };
    expect(turns(evidence, MINUTE, { unknownAfterMs: MINUTE })).toEqual(['keep: unknown', 'drain: unknown-too-long']);
  });
});

describe('draining', () => {
  it.each<[string, Partial<IdleEvidence>, string]>([
    ['idle', { measurement: measured(4 * MINUTE) }, 'idle'],
    ['silence', { measurement: NOTHING, knownAt: T0 - HOUR }, 'unknown-too-long'],
  ])('is confirmed four minutes later: %s', (_, evidence, because) => {
    expect(turns({ ...evidence, drainingSince: T0 }, 4 * MINUTE)).toEqual([`drain: ${because}`, `sleep: ${because}`]);
  });

  it('is confirmed when the policy says', () => {
    expect(turns({ drainingSince: T0 - MINUTE }, 0, { confirmAfterMs: MINUTE })).toEqual([
      'drain: idle',
      'sleep: idle',
    ]);
  });

  it('comes first, however long nobody has been there', () => {
    expect(asked({ drainingSince: null }, 0)).toBe('drain: idle');
    expect(asked({ drainingSince: null, measurement: NOTHING, knownAt: T0 - 10 * HOUR }, 0)).toBe(
      'drain: unknown-too-long',
    );
  });

  it.each<[string, Partial<IdleEvidence>]>([
    ['leased', { leasedUntil: T0 }],
    ['active', { measurement: measured(0, { inUse: true, lastActivityAt: T0 }) }],
    ['booting', { readyAt: null, wokenAt: T0 }],
    ['grace', { readyAt: T0 }],
    ['deploying', { deployingSince: T0 }],
    ['unknown', { measurement: NOTHING, knownAt: T0 }],
  ])('is called off when the service is %s', (because, evidence) => {
    expect(asked({ ...evidence, drainingSince: T0 - HOUR }, 0)).toBe(`keep: ${because}`);
  });
});

it('names the first reason that holds', () => {
  const all: Partial<IdleEvidence> = {
    leasedUntil: T0,
    measurement: measured(0, { inUse: true, lastActivityAt: T0 }),
    readyAt: null,
    wokenAt: T0,
    deployingSince: T0,
  };
  expect(asked(all, 0)).toBe('keep: leased');
  expect(asked({ ...all, leasedUntil: null }, 0)).toBe('keep: active');
  const unknown = { ...all, leasedUntil: null, measurement: NOTHING, knownAt: T0 };
  expect(asked(unknown, 0)).toBe('keep: booting');
  expect(asked({ ...unknown, readyAt: T0 }, 0)).toBe('keep: grace');
  expect(asked({ ...unknown, readyAt: T0 - HOUR }, 0)).toBe('keep: deploying');
});

describe('asking again', () => {
  it.each<[string, Partial<IdleEvidence>, Partial<Policy>, Partial<IdleDecision>]>([
    [
      'a lease',
      { leasedUntil: T0 + MINUTE, measurement: measured(MINUTE) },
      {},
      { act: 'keep', recheckAt: T0 + 65_000 },
    ],
    ['a lease that grace outlasts', { leasedUntil: T0, readyAt: T0 + 1 }, {}, { recheckAt: T0 + 5_000 }],
    ['idle, until the datapoint is old', {}, {}, { act: 'drain', recheckAt: FRESH }],
    ['nothing but leases, and none', {}, { signal: { kind: 'leases' } }, { act: 'drain', recheckAt: null }],
    ['what will fall asleep', { drainingSince: T0 }, { signal: { kind: 'leases' } }, { recheckAt: T0 + 4 * MINUTE }],
    ['what may sleep', { drainingSince: T0 - HOUR }, { signal: { kind: 'leases' } }, { act: 'sleep', recheckAt: null }],
    ['silence that lasted', { measurement: NOTHING, knownAt: T0 - HOUR }, {}, { act: 'drain', recheckAt: null }],
    ['silence', { measurement: NOTHING, knownAt: T0 }, {}, { act: 'keep', recheckAt: T0 + 30 * MINUTE }],
  ])('is due when the answer changes: %s', (_, evidence, policy, expected) => {
    expect(decideIdle(aPolicy(policy), someEvidence(evidence), T0)).toMatchObject(expected);
  });
});
