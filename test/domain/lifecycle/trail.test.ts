import { describe, expect, it } from 'vitest';
import {
  awaken,
  drain,
  layToSleep,
  note,
  pin,
  unpin,
  adoptAnew,
  type ServiceRecord,
} from '#shared/domain/lifecycle/record.ts';
import { begun, decided, traced, type Passage } from '#shared/domain/lifecycle/trail.ts';
import { aDrainingRecord, aHold, anAsleepRecord, anObserved, aRecord } from '../../support/builders.ts';
import { HOUR, SECOND, T0 } from '../../support/virtual-clock.ts';

const NOW = T0 + 5 * SECOND;
const cause = { by: 'bob', reason: 'for a demo' };
const failure = { code: 'CannotPullContainerError', message: 'no such image', output: null, count: 1, at: NOW };
const boot = { askedAt: T0, startedMs: 1, runningMs: 2, healthyMs: 3, readyMs: 4, unseenMs: 0 };

const newest = (from: ServiceRecord, to: ServiceRecord, by?: string): Passage | undefined =>
  traced(from, to, { at: NOW, by }).trail?.at(-1);

describe('what happened to a service is told', () => {
  const held = aHold({ by: 'olga', reason: 'a demo', until: NOW + HOUR });
  it.each<[string, ServiceRecord, (from: ServiceRecord) => ServiceRecord, Partial<Passage>]>([
    ['woken', anAsleepRecord(), (from) => awaken(from, cause, NOW), { from: 'asleep', to: 'awake', ...cause }],
    ['recalled', aDrainingRecord(), (from) => awaken(from, cause, NOW), { from: 'draining', to: 'awake', ...cause }],
    ['drained', aRecord(), (from) => drain(from, cause, NOW), { from: 'awake', to: 'draining', ...cause }],
    ['slept', aDrainingRecord(), (from) => layToSleep(from, cause, NOW), { from: 'draining', to: 'asleep', ...cause }],
    ['slept', aRecord(), (from) => layToSleep(from, cause, NOW), { from: 'awake', to: 'asleep', ...cause }],
    [
      'held',
      aRecord(),
      (from) => pin(from, held, NOW),
      { from: 'awake', to: 'awake', by: 'olga', reason: 'held awake: a demo' },
    ],
    [
      'woken',
      anAsleepRecord(),
      (from) => pin(from, held, NOW),
      { from: 'asleep', to: 'awake', by: 'olga', reason: 'held awake: a demo' },
    ],
    ['unheld', aRecord({ hold: held }), unpin, { by: 'nightporter', reason: 'the hold has ended' }],
    [
      'ready',
      aRecord(),
      (from) => note(from, { readyAt: NOW, boots: [boot] }),
      { by: 'nightporter', reason: 'it came up', boot },
    ],
    ['ready', aRecord({ boots: [{ ...boot, askedAt: 7 }] }), (from) => note(from, { readyAt: NOW }), { boot: null }],
    [
      'start-failed',
      aRecord(),
      (from) => note(from, { failedTasks: ['a'], failure }),
      { by: 'nightporter', reason: 'CannotPullContainerError: no such image' },
    ],
  ])('%s', (did, from, change, expected) => {
    const to = change(from);
    expect(newest(from, to)).toMatchObject({
      did,
      at: NOW,
      revision: to.revision,
      generation: to.generation,
      boot: null,
      ...expected,
    });
  });

  it('with the name of whoever lifted a hold', () => {
    const from = aRecord({ hold: aHold() });
    expect(newest(from, unpin(from), 'olga')).toMatchObject({ by: 'olga', reason: 'the hold was lifted' });
  });

  it('from the first record on, and further when it is made anew', () => {
    const first = begun(aRecord({ reason: 'found running', by: 'nightporter' }), undefined, T0);
    expect(first.trail).toMatchObject([{ did: 'adopted', from: null, to: 'awake', reason: 'found running' }]);
    const anew = begun(adoptAnew(first, anObserved({ createdAt: NOW }), NOW), first, NOW);
    expect(anew.trail?.map(({ did, generation }) => [did, generation])).toEqual([
      ['adopted', 4],
      ['adopted', 5],
    ]);
  });

  it('and when the tick keeps it for another reason', () => {
    expect(decided(aRecord(), 'leased', NOW)).toEqual({
      did: 'decided',
      at: NOW,
      revision: 9,
      generation: 4,
      from: 'awake',
      to: 'awake',
      by: 'nightporter',
      reason: 'leased',
      boot: null,
    });
  });
});

it('nothing is told of what nobody asks about later', () => {
  const from = aRecord({ hold: aHold(), readyAt: T0, failedTasks: ['a'], failure });
  const changes = [{ provenWith: 'api:2' }, { news: null }, { failedTasks: [] }, { failure: null, breaker: null }];
  for (const change of changes) expect(newest(from, note(from, change))).toBeUndefined();
});

it('the trail keeps the last twelve, and no text longer than it has to be', () => {
  let record = aRecord();
  for (let turn = 0; turn < 10; turn += 1) {
    const draining = traced(record, drain(record, { by: 'bob', reason: 'x'.repeat(500) }, NOW), { at: NOW });
    record = traced(draining, awaken(draining, cause, NOW), { at: NOW });
  }
  expect(record.trail).toHaveLength(12);
  expect(record.trail?.at(-1)?.revision).toBe(record.revision);
  expect(record.trail?.find(({ did }) => did === 'drained')?.reason).toHaveLength(200);
});
