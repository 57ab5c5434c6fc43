import { describe, expect, it } from 'vitest';
import {
  isReady,
  readyEndpoint,
  readyTasks,
  rememberReady,
  tasksOfGeneration,
} from '#shared/domain/lifecycle/readiness.ts';
import type { Task } from '#shared/domain/lifecycle/observed.ts';
import { anAsleepRecord, anObserved, aPolicy, aRecord, aTask } from '../../support/builders.ts';
import { T0 } from '../../support/virtual-clock.ts';

const policy = aPolicy();

describe('a task is ready', () => {
  it('when it runs, is to run on, is healthy and can be reached', () => {
    expect(isReady(aTask(), anObserved(), policy)).toBe(true);
  });

  it.each<[string, Partial<Task>]>([
    ['it has not come up', { lastStatus: 'ACTIVATING' }],
    ['it is on its way down', { lastStatus: 'DEACTIVATING' }],
    ['it has stopped', { lastStatus: 'STOPPED' }],
    ['it was told to stop', { desiredStatus: 'STOPPED' }],
    ['nobody has checked its health yet', { health: 'UNKNOWN' }],
    ['it is unhealthy', { health: 'UNHEALTHY' }],
    ['nobody knows where it is', { endpoint: null }],
  ])('but not when %s', (_, more) => {
    expect(isReady(aTask(more), anObserved(), policy)).toBe(false);
  });

  it('without an endpoint, where clients never connect to it', () => {
    const worker = anObserved({ hasEndpoint: false });
    expect(isReady(aTask({ endpoint: null }), worker, policy)).toBe(true);
    expect(isReady(aTask({ endpoint: null, health: 'UNHEALTHY' }), worker, policy)).toBe(false);
  });

  it.each([
    [2_999, false],
    [3_000, true],
    [3_001, true],
  ])('without a health check once it has run for three seconds: after %d ms %s', (ranMs, expected) => {
    const task = aTask({ health: 'UNKNOWN' });
    expect(isReady(task, anObserved({ hasHealthCheck: false, observedAt: T0 + ranMs }), policy)).toBe(expected);
  });

  it('without a health check not before anybody knows when it started', () => {
    const observed = anObserved({ hasHealthCheck: false, observedAt: T0 + 60_000 });
    expect(isReady(aTask({ startedAt: null }), observed, policy)).toBe(false);
    expect(isReady(aTask({ startedAt: null }), observed, aPolicy({ readyAfterMs: 0 }))).toBe(false);
  });

  it('with a health check only by its word, however long it has run', () => {
    const task = aTask({ health: 'UNKNOWN' });
    expect(isReady(task, anObserved({ observedAt: T0 + 3_600_000 }), policy)).toBe(false);
  });
});

describe('the endpoint shown', () => {
  const at = (host: string): Task['endpoint'] => ({ host, port: 80, url: null });
  const older = aTask({ id: 'old', createdAt: T0, endpoint: at('old') });
  const newer = aTask({ id: 'new', createdAt: T0 + 1, endpoint: at('new') });

  it.each([[[older, newer]], [[newer, older]]])('is that of the newest ready task, in any order', (tasks) => {
    expect(readyEndpoint(anObserved({ tasks }), policy)).toEqual(at('new'));
  });

  it('is that of an older task while the newest is not ready', () => {
    const tasks = [older, { ...newer, health: 'UNKNOWN' as const }];
    expect(readyEndpoint(anObserved({ tasks }), policy)).toEqual(at('old'));
    expect(readyTasks(anObserved({ tasks }), policy)).toEqual([older]);
  });

  it('is nobody’s while none is ready', () => {
    expect(readyEndpoint(anObserved({ tasks: [] }), policy)).toBeNull();
  });
});

describe('the memory of who was ready', () => {
  it('keeps the first instant, adds who is ready now, and forgets who is gone', () => {
    const tasks = [
      aTask({ id: 'known', health: 'UNHEALTHY' }),
      aTask({ id: 'fresh' }),
      aTask({ id: 'booting', health: 'UNKNOWN' }),
    ];
    const observed = anObserved({ tasks, observedAt: T0 + 9_000 });
    expect(rememberReady({ known: T0 + 1_000, gone: T0 }, observed, policy)).toEqual({
      known: T0 + 1_000,
      fresh: T0 + 9_000,
    });
  });
});

describe('the tasks of a generation', () => {
  it.each([
    [-5_001, 0],
    [-5_000, 1],
    [0, 1],
    [5_000, 1],
  ])('are those created since it was woken, give or take the clocks: %d ms after, %d', (afterMs, count) => {
    const observed = anObserved({ tasks: [aTask({ createdAt: T0 + afterMs })] });
    expect(tasksOfGeneration(aRecord({ wokenAt: T0 }), observed)).toHaveLength(count);
  });

  it('are none while it sleeps', () => {
    expect(tasksOfGeneration(anAsleepRecord(), anObserved())).toEqual([]);
  });
});
