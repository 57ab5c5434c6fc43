import { describe, expect, it } from 'vitest';
import { controlKeys, parseLeaseKey } from '#shared/domain/lifecycle/control-keys.ts';
import { kill } from '#shared/usecases/kill.ts';
import { wake, type WakeOutcome } from '#shared/usecases/wake.ts';
import { anAsleepRecord, SERVICE } from '../support/builders.ts';
import { aControlPlane, aKill, aWake, type ControlPlane } from '../support/control-plane.ts';

const HOLDERS = Array.from({ length: 50 }, (_, index) => `agent-${index}`);

/** Four wakes of each of fifty holders, all at once, through two containers that remember nothing of each other. */
const crowd = (plane: ControlPlane): Promise<readonly WakeOutcome[]> => {
  const containers = [plane, plane.restarted()];
  const calls = [0, 1, 2, 3].flatMap((turn) => HOLDERS.map((holder) => ({ turn, holder })));
  return Promise.all(calls.map(({ turn, holder }) => wake(containers[turn % 2] ?? plane)(aWake({ holder }))));
};

/** Lets other callers in between any two calls, a different number of times each. */
const scatter = (plane: ControlPlane): void => {
  plane.store.before = async () => {
    for (let turns = Math.floor(plane.random() * 4); turns > 0; turns -= 1) {
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    }
  };
};

describe('two hundred wakes of a sleeper at once', () => {
  it.each([
    ['in step', () => undefined],
    ['out of step', scatter],
  ])('are one transition, one write to the fleet, and fifty leases: %s', async (_, disturb) => {
    const plane = aControlPlane();
    await plane.plant(anAsleepRecord());
    disturb(plane);
    const outcomes = await crowd(plane);
    plane.store.before = () => undefined;

    expect(outcomes).toHaveLength(200);
    expect(outcomes.filter(({ did }) => did === 'woken')).toHaveLength(1);
    expect(outcomes.filter(({ did }) => did === 'joined')).toHaveLength(199);
    const { generation, voided, intent } = await plane.record();
    expect({ generation, voided, intent }).toEqual({ generation: 4, voided: 3, intent: 'awake' });
    expect(plane.fleet.writes(SERVICE)).toEqual([{ op: 'setDesiredCount', services: [SERVICE], to: 1 }]);
    expect(plane.fleet.desiredCount(SERVICE)).toBe(1);
    const keys = await plane.docs.keys(controlKeys.leases(SERVICE));
    expect(new Set(keys.map((key) => parseLeaseKey(key)?.holder))).toEqual(new Set(HOLDERS));
    expect(keys).toHaveLength(50);
    expect((await plane.leases.survey(SERVICE, voided, 'all')).live).toBe(50);
    expect(plane.telemetry.audits.filter(({ before }) => before['intent'] === 'asleep')).toHaveLength(1);
  });

  it('and fifty kills at once put it back to sleep, once', async () => {
    const plane = aControlPlane();
    await plane.plant(anAsleepRecord());
    await crowd(plane);
    plane.recount();
    scatter(plane);
    const ended = await Promise.all(HOLDERS.map((holder) => kill(plane)(aKill({ holder }))));
    plane.store.before = () => undefined;
    expect(ended.filter(({ changed }) => changed)).toHaveLength(1);
    const ends = plane.telemetry.audits.filter(
      ({ action, before }) => action === 'kill' && before['intent'] === 'awake',
    );
    expect(ends.filter(({ after }) => after['intent'] === 'asleep')).toHaveLength(1);
    expect(await plane.record()).toMatchObject({ intent: 'asleep', generation: 5, voided: 5 });
    expect(plane.fleet.desiredCount(SERVICE)).toBe(0);
    expect(await plane.docs.keys('leases/')).toEqual([]);
    expect(new Set(plane.fleet.writes(SERVICE).map(({ to }) => to))).toEqual(new Set([0]));
  });
});
