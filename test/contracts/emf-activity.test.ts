import { beforeEach, describe, expect, it } from 'vitest';
import { emfActivity, type EmfActivity } from '#shared/adapters/local/emf-activity.ts';
import { UNMEASURED, type Measurement, type Signal } from '#shared/domain/idle/evidence.ts';
import { activityContract } from './activity.contract.ts';

const START_AT = 1_700_000_000_000;
const DAY_MS = 24 * 3_600_000;
const LOOK_BACK_MS = 600_000;
const CONNECTIONS = { kind: 'connections' } as const;
const DEPTH = { kind: 'metric', namespace: 'Shop', name: 'QueueDepth', idleAtMost: 5 } as const;
const ECHO = { service: 'echo', taskId: 'one' };
const ECHO_TOO = { service: 'echo', taskId: 'two' };

let now: number;
let activity: EmfActivity;
beforeEach(() => {
  now = START_AT;
  activity = emfActivity({ now: () => now, sleep: async () => undefined });
});

const line = (
  values: Record<string, unknown>,
  { at = now, namespace = 'Demo', dimensions = [['Service']] } = {},
): string =>
  JSON.stringify({
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: dimensions,
          Metrics: Object.keys(values).map((Name) => ({ Name, Unit: 'Count' })),
        },
      ],
    },
    Service: 'echo',
    ...values,
  });

const connections = (count: unknown, options = {}): string => line({ ActiveConnections: count }, options);

const measure = async (signal: Signal = CONNECTIONS, lookBackMs = LOOK_BACK_MS): Promise<Measurement | undefined> =>
  (await activity.measure([{ service: 'echo', signal, lookBackMs }])).get('echo');

activityContract({
  name: 'metric lines',
  coarseByMs: 0,
  make: () => ({
    activity,
    now: () => now,
    letPass: (durationMs) => {
      now += durationMs;
    },
    report: (service, values, how) => activity.read({ service, taskId: 'one' }, line(values, how)),
  }),
});

describe('activity from metric lines', () => {
  it('reads open connections and the last activity, in any namespace', async () => {
    activity.read(ECHO, line({ ActiveConnections: 2, LastActivityEpochSeconds: START_AT / 1_000 - 3 }));
    expect(await measure()).toEqual({ measuredAt: now, inUse: true, lastUseAt: now, lastActivityAt: now - 3_000 });
  });

  it.each([
    ['inside', 10_000, true],
    ['outside', 9_999, false],
  ])('sees only the look-back: a datapoint just %s', async (_, lookBackMs, isSeen) => {
    activity.read(ECHO, connections(1));
    now += 10_000;
    expect((await measure(CONNECTIONS, lookBackMs))?.lastUseAt).toBe(isSeen ? START_AT : null);
    expect((await measure(CONNECTIONS, lookBackMs))?.measuredAt).toBe(isSeen ? START_AT : null);
  });

  it('takes the largest of an array of values', async () => {
    activity.read(ECHO, connections([0, 3, 0]));
    expect(await measure()).toMatchObject({ inUse: true });
  });

  it.each(['alb', 'nlb'] as const)('measures nothing for %s', async (kind) => {
    activity.read(ECHO, connections(1));
    expect(await measure({ kind, dimensions: [] })).toEqual(UNMEASURED);
  });

  it('takes what a service prints for its own, under whatever namespace and dimensions a policy expects it', async () => {
    const dimensions = [{ name: 'ServiceName', value: 'echo' }];
    activity.read(ECHO, line({ ActiveConnections: 1, QueueDepth: 6 }, { namespace: 'Shop' }));
    expect(await measure({ ...CONNECTIONS, namespace: 'Elsewhere', dimensions })).toMatchObject({ inUse: true });
    expect(await measure({ ...DEPTH, dimensions })).toMatchObject({ inUse: true });
  });

  it('does not let a clock that is ahead keep a service awake', async () => {
    activity.read(ECHO, connections(1, { at: now + 3_600_000 }));
    expect(await measure()).toMatchObject({ measuredAt: now, lastUseAt: now });
  });

  it.each([
    ['remembers for the thirty days that a policy can ask for', 30 * DAY_MS, true],
    ['forgets what is older', 30 * DAY_MS + 1, false],
  ])('%s', async (_, agoMs, isKnown) => {
    activity.read(ECHO, line({ QueueDepth: 6 }, { namespace: 'Shop' }));
    now += agoMs;
    activity.read(ECHO, line({ QueueDepth: 5 }, { namespace: 'Shop' }));
    const measured = await measure(DEPTH, 60 * DAY_MS);
    expect(measured).toMatchObject({ inUse: false, lastUseAt: isKnown ? START_AT : null });
  });

  it('always has room for what a policy can ask for', async () => {
    await measure(DEPTH);
    const others = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`Other${index}`, 1]));
    activity.read(ECHO, line(others));
    activity.read(ECHO, line({ ActiveConnections: 1, LastActivityEpochSeconds: 7, TooMany: 1 }));
    activity.read(ECHO, line({ QueueDepth: 6 }, { namespace: 'Shop' }));
    expect(await measure()).toMatchObject({ inUse: true, lastActivityAt: 7_000 });
    expect(await measure(DEPTH)).toMatchObject({ inUse: true });
    const tooMany: Signal = { kind: 'metric', namespace: 'Demo', name: 'TooMany', idleAtMost: 0 };
    expect(await measure(tooMany)).toEqual(UNMEASURED);
  });

  it('keeps apart what one task reports under several dimensions', async () => {
    const dimensions = [['Listener']];
    activity.read(ECHO, line({ ActiveConnections: 2, Listener: 'a' }, { dimensions }));
    activity.read(ECHO, line({ ActiveConnections: 0, Listener: 'b' }, { dimensions }));
    expect(await measure()).toMatchObject({ inUse: true });
  });

  it('measures a service that reports under very many dimensions, and keeps the newest', async () => {
    const dimensions = [['Who']];
    for (let who = 0; who < 150_000; who += 1) {
      activity.read(ECHO, line({ ActiveConnections: who === 0 ? 1 : 0, Who: who }, { dimensions }));
    }
    expect(await measure()).toMatchObject({ measuredAt: now, inUse: false, lastUseAt: now });
  });

  it('measures the others when one service cannot be measured', async () => {
    activity.read(ECHO, connections(1));
    const troubled = {
      service: 'troubled',
      lookBackMs: LOOK_BACK_MS,
      get signal(): Signal {
        throw new Error('no signal');
      },
    };
    const measured = await activity.measure([troubled, { service: 'echo', signal: CONNECTIONS, lookBackMs: 1_000 }]);
    expect(measured.get('troubled')).toEqual(UNMEASURED);
    expect(measured.get('echo')).toMatchObject({ inUse: true });
  });

  describe('with several tasks', () => {
    it('is in use while any of them is', async () => {
      activity.read(ECHO, connections(1));
      activity.read(ECHO_TOO, connections(0));
      expect(await measure()).toMatchObject({ inUse: true });
    });

    it('does not count one that fell silent beside one that speaks', async () => {
      activity.read(ECHO, connections(1));
      now += 10_001;
      activity.read(ECHO_TOO, connections(0));
      expect(await measure()).toMatchObject({ measuredAt: now, inUse: false, lastUseAt: START_AT });
    });

    it('does not count the connections of one that stopped, but knows that there were some', async () => {
      activity.read(ECHO, connections(1));
      activity.read(ECHO_TOO, connections(0));
      activity.taskStopped(ECHO);
      expect(await measure()).toMatchObject({ measuredAt: now, inUse: false, lastUseAt: now });
    });

    it('knows nothing of the present once all have stopped', async () => {
      activity.read(ECHO, connections(1));
      activity.taskStopped(ECHO);
      expect(await measure()).toMatchObject({ measuredAt: null, inUse: null, lastUseAt: now });
    });
  });
});
