import { beforeEach, describe, expect, it } from 'vitest';
import { UNMEASURED, type Measurement, type Signal } from '#shared/domain/idle/evidence.ts';
import type { Activity } from '#shared/ports/activity.ts';
import { MINUTE, SECOND } from '../support/virtual-clock.ts';

interface ActivityUnderTest {
  readonly activity: Activity;
  readonly now: () => number;
  readonly letPass: (durationMs: number) => void;
  /** What the service says of itself: metrics of the namespace that is its own by default, or of another. */
  readonly report: (service: string, values: Readonly<Record<string, number>>, how?: Reported) => void;
}

export interface Reported {
  readonly at?: number;
  readonly namespace?: string;
}

export interface ActivityContract {
  readonly name: string;
  /** How much later than it happened something may be said to have happened. */
  readonly coarseByMs: number;
  readonly make: () => ActivityUnderTest;
}

const CONNECTIONS = { kind: 'connections' } as const;
const DEPTH = { kind: 'metric', namespace: 'Shop', name: 'QueueDepth', idleAtMost: 5 } as const;

/** What every source of activity promises: the port's comment, as examples. */
export const activityContract = ({ name, coarseByMs, make }: ActivityContract): void => {
  describe(`activity: ${name}`, () => {
    let world: ActivityUnderTest;
    beforeEach(() => {
      world = make();
    });

    const measure = async (
      service = 'echo',
      signal: Signal = CONNECTIONS,
      lookBackMs = 10 * MINUTE,
    ): Promise<Measurement | undefined> =>
      (await world.activity.measure([{ service, signal, lookBackMs }])).get(service);

    /** At that instant, or as much later as is allowed, and never in the future. */
    const expectAt = (found: number | null | undefined, at: number): void => {
      expect(found).toBeGreaterThanOrEqual(at);
      expect(found).toBeLessThanOrEqual(Math.min(at + coarseByMs, world.now()));
    };

    it('knows nothing of a service that reported nothing', async () => {
      expect(await measure()).toEqual(UNMEASURED);
    });

    it('answers for exactly the services asked for', async () => {
      world.report('other', { ActiveConnections: 1 });
      const asked = ['echo', 'tcp'].map((service) => ({ service, signal: CONNECTIONS, lookBackMs: MINUTE }));
      expect([...(await world.activity.measure(asked)).keys()]).toEqual(['echo', 'tcp']);
      expect(await world.activity.measure([])).toEqual(new Map());
    });

    it('sees open connections and the last activity', async () => {
      const at = world.now();
      world.report('echo', { ActiveConnections: 2, LastActivityEpochSeconds: at / SECOND - 3 });
      const measured = await measure();
      expect(measured).toMatchObject({ inUse: true, lastActivityAt: at - 3 * SECOND });
      expectAt(measured?.measuredAt, at);
      expectAt(measured?.lastUseAt, at);
    });

    it('tells when the last use was, after it has ended', async () => {
      const usedAt = world.now();
      world.report('echo', { ActiveConnections: 1 });
      world.letPass(5 * MINUTE);
      world.report('echo', { ActiveConnections: 0 });
      const measured = await measure();
      expect(measured).toMatchObject({ inUse: false });
      expectAt(measured?.measuredAt, world.now());
      expectAt(measured?.lastUseAt, usedAt);
    });

    it('takes nothing for zero: neither an activity nor connections that are not reported', async () => {
      world.report('quiet', { ActiveConnections: 0 });
      world.report('mute', { LastActivityEpochSeconds: world.now() / SECOND });
      expect(await measure('quiet')).toMatchObject({ inUse: false, lastUseAt: null, lastActivityAt: null });
      expect(await measure('mute')).toEqual({ ...UNMEASURED, lastActivityAt: world.now() });
    });

    it('keeps two services apart', async () => {
      world.report('echo', { ActiveConnections: 1, LastActivityEpochSeconds: world.now() / SECOND });
      world.report('tcp', { ActiveConnections: 0 });
      expect(await measure('echo')).toMatchObject({ inUse: true });
      expect(await measure('tcp')).toMatchObject({ inUse: false, lastActivityAt: null });
      expect(await measure('slow')).toEqual(UNMEASURED);
    });

    it.each([
      ['inside', 9 * MINUTE, true],
      ['outside', 12 * MINUTE, false],
    ])('sees only the look-back: something just %s', async (_, agoMs, isSeen) => {
      world.report('echo', { ActiveConnections: 1, LastActivityEpochSeconds: world.now() / SECOND });
      world.letPass(agoMs);
      const measured = await measure();
      if (isSeen) expect(measured).toMatchObject({ inUse: true, lastActivityAt: world.now() - agoMs });
      else expect(measured).toEqual(UNMEASURED);
    });

    it('does not let a clock that is ahead keep a service awake', async () => {
      world.report('echo', { ActiveConnections: 1 }, { at: world.now() + 60 * MINUTE });
      const measured = await measure();
      expect(measured?.measuredAt ?? 0).toBeLessThanOrEqual(world.now());
      expect(measured?.lastUseAt ?? 0).toBeLessThanOrEqual(world.now());
    });

    it.each([
      ['at the limit', 5, false],
      ['above the limit', 6, true],
    ])('reads any metric by namespace and name: %s', async (_, depth, inUse) => {
      const at = world.now();
      world.report('echo', { QueueDepth: depth, Other: 99 }, { namespace: 'Shop' });
      world.report('echo', { QueueDepth: 99 }, { namespace: 'Other' });
      const measured = await measure('echo', DEPTH);
      expect(measured).toMatchObject({ inUse, lastActivityAt: null });
      expectAt(measured?.measuredAt, at);
      if (inUse) expectAt(measured?.lastUseAt, at);
      else expect(measured?.lastUseAt).toBeNull();
    });

    it('measures nothing where leases alone count', async () => {
      world.report('echo', { ActiveConnections: 1 });
      expect(await measure('echo', { kind: 'leases' })).toEqual(UNMEASURED);
    });
  });
};
