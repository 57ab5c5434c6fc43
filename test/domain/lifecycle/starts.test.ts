import { describe, expect, it } from 'vitest';
import type { Observed, Task } from '#shared/domain/lifecycle/observed.ts';
import { type Readiness } from '#shared/domain/lifecycle/readiness.ts';
import { note, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { learnStarts, type Learned } from '#shared/domain/lifecycle/starts.ts';
import {
  aCrashedTask,
  aDrainingRecord,
  anAsleepRecord,
  anObserved,
  aPolicy,
  aRecord,
  aTask,
} from '../../support/builders.ts';
import { MINUTE, T0 } from '../../support/virtual-clock.ts';

const BOOT_LIMIT = 10 * MINUTE;
const policy = aPolicy();
const booting = (more: Partial<Task> = {}): Task =>
  aTask({ lastStatus: 'PENDING', health: 'UNKNOWN', startedAt: null, endpoint: null, ...more });

const learnt = (
  tasks: readonly Task[],
  {
    record = aRecord(),
    readiness = {},
    healthy = {},
    at = T0 + 20_000,
    lookedAt = at,
    ...more
  }: {
    readonly record?: ServiceRecord;
    readonly readiness?: Readiness;
    readonly healthy?: Readiness;
    readonly at?: number;
    readonly lookedAt?: number | null;
  } & Partial<Observed> = {},
): Learned | undefined =>
  learnStarts(record, anObserved({ tasks, observedAt: at, ...more }), { readiness, healthy, lookedAt }, policy);

const NOTHING_SEEN = { readiness: {}, healthy: {}, lookedAt: null };

describe('a start failure', () => {
  it('is a task that stopped before it was ready', () => {
    expect(learnt([aCrashedTask({ output: 'no such file' })])).toEqual({
      readyAt: null,
      bootsMs: [],
      failedTasks: ['task-1'],
      failure: {
        code: 'EssentialContainerExited',
        message: 'Essential container in task exited',
        output: 'no such file',
        count: 1,
        at: T0 + 10_000,
      },
      breaker: null,
      provenWith: 'api:1',
    });
  });

  it('is remembered against the task definition that was last ready, once no deployment goes on', () => {
    const ready = { taskDefinition: 'api:2', tasks: [aTask()], observedAt: T0 };
    const learn = (more: Partial<Observed>, record = aRecord({ readyAt: T0 })) =>
      learnStarts(record, anObserved({ ...ready, ...more }), NOTHING_SEEN, policy)?.provenWith;
    expect(learn({})).toBe('api:2');
    expect(learn({ deployingSince: T0 })).toBeUndefined();
    expect(learn({ tasks: [] })).toBeUndefined();
    expect(learn({}, anAsleepRecord())).toBeUndefined();
  });

  it.each([
    [59_999, ['task-1']],
    [60_000, undefined],
  ])('is a task that stopped before it had been ready for a minute: %d ms', (readyMs, failedTasks) => {
    const task = aCrashedTask({ stoppedAt: T0 + 5_000 + readyMs });
    expect(learnt([task], { readiness: { 'task-1': T0 + 5_000 } })?.failedTasks).toEqual(failedTasks);
  });

  it.each([
    [BOOT_LIMIT - 1, undefined],
    [BOOT_LIMIT, ['task-1']],
  ])('is a task that is not ready %d ms after it was created', (afterMs, failedTasks) => {
    expect(learnt([booting()], { at: T0 + afterMs })?.failedTasks).toEqual(failedTasks);
  });

  it('by the boot limit says so, since the platform says nothing', () => {
    expect(learnt([booting()], { at: T0 + BOOT_LIMIT })?.failure).toEqual({
      code: 'BootLimitExceeded',
      message: 'not ready within 600 s',
      output: null,
      count: 1,
      at: T0 + BOOT_LIMIT,
    });
  });

  it('is not a task that was ready once within the boot limit, and no task that is on its way down', () => {
    expect(learnt([booting()], { at: T0 + BOOT_LIMIT, readiness: { 'task-1': T0 + BOOT_LIMIT - 1 } })).toBeUndefined();
    expect(learnt([booting({ desiredStatus: 'STOPPED' })], { at: T0 + BOOT_LIMIT })).toBeUndefined();
  });

  it('is still one a minute and more after the boot limit: a task that never was ready has settled nothing', () => {
    const running = aTask({ health: 'UNHEALTHY' });
    const record = note(aRecord(), learnt([running], { at: T0 + BOOT_LIMIT }) ?? {});
    expect(record.failedTasks).toEqual(['task-1']);
    expect(learnt([running], { record, at: T0 + BOOT_LIMIT + 5 * MINUTE })).toBeUndefined();
    expect(learnt([running], { at: T0 + BOOT_LIMIT + 5 * MINUTE })?.failedTasks).toEqual(['task-1']);
  });

  it.each([
    'UserInitiated',
    'ServiceSchedulerInitiated',
    'SpotInterruption',
    'TerminationNotice',
    'InfrastructureHealth',
  ] as const)('is not a stop that somebody asked for, or the platform’s own fault: %s', (stopCode) => {
    expect(learnt([aCrashedTask({ stopCode })])).toBeUndefined();
  });

  it('is a stop for failed health checks, although the scheduler calls it its own', () => {
    const stoppedReason = 'Task failed container health checks';
    const learned = learnt([aCrashedTask({ stopCode: 'ServiceSchedulerInitiated', stoppedReason })]);
    expect(learned?.failedTasks).toEqual(['task-1']);
  });

  it.each(['TaskFailedToStart', 'EssentialContainerExited', null] as const)('is any other stop: %s', (stopCode) => {
    expect(learnt([aCrashedTask({ stopCode })])?.failedTasks).toEqual(['task-1']);
  });

  it.each([
    'Capacity is unavailable at this time. Please try again later or in a different availability zone',
    'RESOURCE:MEMORY',
    'CapacityUnavailable: no machine',
  ])('is not the lack of a machine: %s', (stoppedReason) => {
    expect(learnt([aCrashedTask({ stopCode: 'TaskFailedToStart', stoppedReason })])).toBeUndefined();
  });

  it.each([
    ['CannotPullContainerError: pull image manifest has been retried 5 time(s)', 'CannotPullContainerError'],
    ['ResourceInitializationError: unable to pull secrets', 'ResourceInitializationError'],
    ['OutOfMemoryError: container killed', 'OutOfMemoryError'],
    ['Essential container in task exited', 'TaskFailedToStart'],
    ['exited: with 1', 'TaskFailedToStart'],
    [null, 'TaskFailedToStart'],
  ])('has a type, where the platform gives one: %s', (stoppedReason, code) => {
    const failure = learnt([aCrashedTask({ stopCode: 'TaskFailedToStart', stoppedReason })])?.failure;
    expect(failure?.code).toBe(code);
    expect(failure?.message).toBe(stoppedReason ?? 'not ready within 600 s');
  });

  it('counts once per task, and is shown with the newest one', () => {
    const tasks = [
      aCrashedTask({ id: 'c', createdAt: T0 + 3, stoppedReason: 'newest' }),
      aCrashedTask({ id: 'b', createdAt: T0 + 2 }),
      aCrashedTask({ id: 'a', createdAt: T0 + 1 }),
    ];
    const record = aRecord({ failedTasks: ['a'] });
    const learned = learnt(tasks, { record });
    expect(learned?.failedTasks).toEqual(['a', 'b', 'c']);
    expect(learned?.failure).toMatchObject({ message: 'newest', count: 3 });
    expect(learnt(tasks, { record: note(record, learned ?? {}) })).toBeUndefined();
  });

  it.each([
    [-5_001, undefined],
    [-5_000, ['task-1']],
  ])('is of this generation only: created %d ms after the wake', (afterMs, failedTasks) => {
    expect(learnt([aCrashedTask({ createdAt: T0 + afterMs })])?.failedTasks).toEqual(failedTasks);
  });

  it('is told of until the next ready, although nothing new fails', () => {
    const failure = { code: 'X', message: 'y', output: null, count: 1, at: T0 };
    const record = aRecord({ failedTasks: ['gone'], failure });
    expect(learnt([booting()], { record })).toBeUndefined();
  });

  it('teaches nothing about a sleeper', () => {
    expect(learnt([aCrashedTask()], { record: anAsleepRecord() })).toBeUndefined();
  });

  it('is forgiven where the memory was lost, if the task outlived the boot limit and a minute', () => {
    const limit = BOOT_LIMIT + MINUTE;
    expect(learnt([aCrashedTask({ stoppedAt: T0 + limit })], { at: T0 + limit })?.failedTasks).toEqual(['task-1']);
    expect(learnt([aCrashedTask({ stoppedAt: T0 + limit + 1 })], { at: T0 + limit + 1 })).toBeUndefined();
    const never = aCrashedTask({ startedAt: null, stoppedAt: T0 + limit + 1 });
    expect(learnt([never], { at: T0 + limit + 1 })?.failedTasks).toEqual(['task-1']);
  });
});

describe('becoming ready', () => {
  it('is told once, with how long it took', () => {
    const record = aRecord({ bootsMs: [40_000] });
    const learned = learnt([aTask()], { record });
    expect(learned).toMatchObject({ readyAt: T0 + 20_000, bootsMs: [40_000, 20_000] });
    expect(learnt([aTask()], { record: note(record, learned ?? {}), at: T0 + 21_000 })).toBeUndefined();
  });

  it('counts while draining, and not while asleep', () => {
    expect(learnt([aTask()], { record: aDrainingRecord({ readyAt: null }) })?.readyAt).toBe(T0 + 20_000);
    expect(learnt([aTask()], { record: anAsleepRecord() })).toBeUndefined();
  });

  it('needs as many tasks as are woken', () => {
    const two = aPolicy({ wakeCount: 2, max: 2 });
    const one = anObserved({ tasks: [aTask()] });
    const both = anObserved({ tasks: [aTask(), aTask({ id: 'task-2' })] });
    expect(learnStarts(aRecord(), one, NOTHING_SEEN, two)).toBeUndefined();
    expect(learnStarts(aRecord(), both, NOTHING_SEEN, two)?.readyAt).toBe(T0);
  });

  it('remembers the last ten boots', () => {
    const record = aRecord({ bootsMs: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] });
    expect(learnt([aTask()], { record })?.bootsMs).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 20_000]);
  });

  it('teaches nothing about boots when the service was found running', () => {
    const adopted = aRecord({ wokenAt: T0 + MINUTE, since: T0 + MINUTE });
    expect(learnt([aTask()], { record: adopted, at: T0 + MINUTE })).toMatchObject({
      readyAt: T0 + MINUTE,
      bootsMs: [],
      boots: [],
    });
  });

  it.each([
    ['one failed before', { record: aRecord({ failedTasks: ['task-0'], bootsMs: [7] }) }, [aTask()]],
    ['one failed meanwhile', { record: aRecord({ bootsMs: [7] }) }, [aTask({ id: 'second' }), aCrashedTask()]],
  ])('teaches nothing about boots when a start has failed: %s', (_, given, tasks) => {
    expect(learnt(tasks, given)).toMatchObject({ readyAt: T0 + 20_000, bootsMs: [7] });
    expect(learnt(tasks, given)).not.toHaveProperty('boots');
  });

  it('tells the phases of the boot, each since the wake', () => {
    const task = aTask({ createdAt: T0 + 1_000, startedAt: T0 + 9_000 });
    const learned = learnt([task], { healthy: { 'task-1': T0 + 18_000 }, lookedAt: T0 + 18_000 });
    const phases = { startedMs: 1_000, runningMs: 9_000, healthyMs: 18_000 };
    expect(learned?.boots).toEqual([{ askedAt: T0, ...phases, readyMs: 19_000, unseenMs: 2_000 }]);
  });

  it('takes a boot that nobody watched for as long as halfway between the two looks', () => {
    expect(learnt([aTask()], { lookedAt: null })?.boots).toMatchObject([{ readyMs: 10_000, unseenMs: 20_000 }]);
    const running = aTask({ startedAt: T0 + 12_000 });
    expect(learnt([running], { lookedAt: null })?.boots).toMatchObject([{ readyMs: 16_000, unseenMs: 8_000 }]);
  });

  it('remembers when it was first seen ready, although the note of it was lost', () => {
    const seen = { readiness: { 'task-1': T0 + 15_000 }, lookedAt: T0 + 19_000 };
    expect(learnt([aTask()], seen)?.boots).toMatchObject([{ readyMs: 15_000, unseenMs: 0 }]);
  });

  it('is known by the clock where there is no health check, however late somebody looks', () => {
    const task = aTask({ startedAt: T0 + 5_000, health: 'UNKNOWN' });
    const boots = learnt([task], { hasHealthCheck: false, lookedAt: null })?.boots;
    expect(boots).toMatchObject([{ healthyMs: 8_000, readyMs: 8_000, unseenMs: 0 }]);
    // Healthy already, and still without an endpoint, when somebody looked: it was the endpoint that came late.
    const late = learnt([task], { hasHealthCheck: false, lookedAt: T0 + 16_000 })?.boots;
    expect(late).toMatchObject([{ healthyMs: 8_000, readyMs: 18_000, unseenMs: 4_000 }]);
  });

  it('ends the tale of the last failure, but not the count', () => {
    const failure = { code: 'X', message: 'y', output: null, count: 2, at: T0 };
    const breaker = { trips: 1, until: T0, taskDefinition: 'api:1' };
    const record = aRecord({ failedTasks: ['a', 'b'], failure, breaker });
    expect(learnt([aTask()], { record })).toMatchObject({ failure: null, failedTasks: ['a', 'b'], breaker });
  });

  it('after a new failure still tells of it', () => {
    const learned = learnt([aTask({ id: 'second' }), aCrashedTask()]);
    expect(learned).toMatchObject({ readyAt: T0 + 20_000, failedTasks: ['task-1'], failure: { count: 1 } });
  });
});

describe('having been ready for a minute', () => {
  const failure = { code: 'X', message: 'y', output: null, count: 2, at: T0 };
  const breaker = { trips: 3, until: T0, taskDefinition: 'api:1' };
  const readiness = { 'task-1': T0 };

  it.each([
    [59_999, undefined],
    [60_000, []],
  ])('resets the count: after %d ms', (afterMs, failedTasks) => {
    const record = aRecord({ readyAt: T0, failedTasks: ['a', 'b'] });
    expect(learnt([aTask()], { record, readiness, at: T0 + afterMs })?.failedTasks).toEqual(failedTasks);
  });

  it.each<[string, Partial<ServiceRecord>]>([
    ['the count', { failedTasks: ['a'] }],
    ['the failure', { failure }],
    ['the breaker', { breaker }],
  ])('forgets %s', (_, more) => {
    const record = aRecord({ readyAt: T0, ...more });
    const learned = learnt([aTask()], { record, readiness, at: T0 + MINUTE });
    expect(learned).toMatchObject({ failedTasks: [], failure: null, breaker: null, readyAt: T0 });
  });

  it('has nothing to forget where nothing failed', () => {
    expect(learnt([aTask()], { record: aRecord({ readyAt: T0 }), readiness, at: T0 + MINUTE })).toBeUndefined();
  });

  it.each([
    [59_999, undefined],
    [60_000, []],
  ])('counts for a task that somebody has stopped since, too: after %d ms', (readyMs, failedTasks) => {
    const record = aRecord({ readyAt: T0, failedTasks: ['a'] });
    const stopped = aCrashedTask({ stopCode: 'UserInitiated', stoppedAt: T0 + readyMs });
    expect(learnt([stopped], { record, readiness, at: T0 + 2 * MINUTE })?.failedTasks).toEqual(failedTasks);
  });

  describe('after two failures that are still to be seen', () => {
    const crashed = [aCrashedTask({ id: 'a' }), aCrashedTask({ id: 'b', stoppedAt: T0 + 20_000 })];
    const started = aTask({ id: 'c', createdAt: T0 + 20_000 });
    const known = { c: T0 + 30_000 };
    const record = aRecord({ readyAt: T0 + 30_000 });

    it('teaches nothing more: the record is not written again and again', () => {
      expect(learnt([...crashed, started], { record, readiness: known, at: T0 + 5 * MINUTE })).toBeUndefined();
    });

    it.each([[[]], [['a', 'b']]])('does not let them count again when the task is gone, known as %j', (failedTasks) => {
      const gone = {
        ...started,
        ...aCrashedTask({ id: 'c', stopCode: 'SpotInterruption', stoppedAt: T0 + 5 * MINUTE }),
      };
      const learned = learnt([...crashed, gone], {
        record: note(record, { failedTasks }),
        readiness: known,
        at: T0 + 6 * MINUTE,
      });
      expect(learned?.failedTasks ?? failedTasks).toEqual([]);
    });

    it('counts a task that was given up since, although it was created before', () => {
      const stoppedAt = T0 + BOOT_LIMIT - 1;
      const gone = { ...started, ...aCrashedTask({ id: 'c', stopCode: 'SpotInterruption', stoppedAt }) };
      const all = [...crashed, gone, booting({ id: 'd', createdAt: T0 })];
      const learned = learnt(all, { record, readiness: known, at: T0 + BOOT_LIMIT });
      expect(learned?.failedTasks).toEqual(['d']);
      const counted = note(record, learned ?? {});
      expect(learnt(all, { record: counted, readiness: known, at: T0 + BOOT_LIMIT + 1 })).toBeUndefined();
    });

    it('counts from one again', () => {
      const gone = { ...started, ...aCrashedTask({ id: 'c', stoppedAt: T0 + 5 * MINUTE }) };
      const again = aCrashedTask({ id: 'd', createdAt: T0 + 5 * MINUTE, stoppedAt: T0 + 5 * MINUTE + 1 });
      const learned = learnt([...crashed, gone, again], { record, readiness: known, at: T0 + 6 * MINUTE });
      expect(learned).toMatchObject({ failedTasks: ['d'], failure: { count: 1 } });
    });
  });

  it('keeps failures of other tasks from counting while the task runs on', () => {
    const other = aCrashedTask({ id: 'b', createdAt: T0 + MINUTE, stoppedAt: T0 + 2 * MINUTE });
    const record = aRecord({ readyAt: T0 });
    expect(learnt([aTask(), other], { record, readiness, at: T0 + 3 * MINUTE })).toBeUndefined();
  });
});
