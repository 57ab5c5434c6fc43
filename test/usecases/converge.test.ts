import { beforeEach, describe, expect, it } from 'vitest';
import { converge } from '#shared/usecases/converge.ts';
import type { Managed } from '#shared/usecases/directory.ts';
import { anAsleepRecord, aRecord, SERVICE } from '../support/builders.ts';
import { aControlPlane, type ControlPlane } from '../support/control-plane.ts';

describe('converging', () => {
  let plane: ControlPlane;
  let managed: Managed;
  beforeEach(async () => {
    plane = aControlPlane();
    managed = await plane.directory.find(SERVICE);
    await plane.plant(aRecord());
    plane.recount();
  });

  const ops = (): readonly string[] =>
    plane.fleet.calls.map(({ op, to }) => (to === undefined ? op : `${op} ${JSON.stringify(to)}`));
  const won = () => plane.records.read(managed);
  /** Moves the record while the so-manieth write to the fleet is under way. */
  const onWrite = (count: number, change: () => Promise<void>): void => {
    let writes = 0;
    plane.fleet.before = async ({ op }) => {
      if (op === 'setDesiredCount' && (writes += 1) === count) await change();
    };
  };

  it('writes nothing where fleet and record agree', async () => {
    plane.fleet.meddle(SERVICE, { desiredCount: 1 });
    await converge(plane)(managed);
    expect(ops()).toEqual(['observe']);
    expect(plane.count()).toBe(2);
  });

  it('writes the difference, and answers with the record as it is after', async () => {
    onWrite(1, () => plane.plant(aRecord({ revision: 33 })));
    expect((await converge(plane)(managed)).value.revision).toBe(33);
    expect(ops()).toEqual(['observe', 'setDesiredCount 1']);
  });

  it('does not look before the winner writes: the fleet may still show the time before', async () => {
    plane.fleet.meddle(SERVICE, { desiredCount: 1 });
    await converge(plane)(managed, await won());
    expect(ops()).toEqual(['setDesiredCount 1']);
  });

  it('starts over when the record moved meanwhile: the last write is the record’s', async () => {
    onWrite(1, () => plane.plant(anAsleepRecord({ generation: 5, voided: 5 })));
    const record = await converge(plane)(managed, await won());
    expect(record.value).toMatchObject({ intent: 'asleep', generation: 5 });
    expect(ops()).toEqual(['setDesiredCount 1', 'setDesiredCount 0']);
    expect(plane.fleet.desiredCount(SERVICE)).toBe(0);
  });

  it('starts over although the record came back to what it was, in another generation', async () => {
    onWrite(1, () => plane.plant(aRecord({ generation: 6, voided: 5 })));
    await converge(plane)(managed, await won());
    expect(ops()).toEqual(['setDesiredCount 1', 'setDesiredCount 1']);
  });

  it('does not look in the second round either: a stale answer would hide its own write', async () => {
    plane.fleet.meddle(SERVICE, { desiredCount: 0 });
    onWrite(1, () => plane.plant(anAsleepRecord({ generation: 5, voided: 5 })));
    await converge(plane)(managed);
    expect(ops()).toEqual(['observe', 'setDesiredCount 1', 'setDesiredCount 0']);
  });

  it('takes a step between awake and draining for no move at all', async () => {
    onWrite(1, () => plane.plant(aRecord({ intent: 'draining', revision: 20 })));
    await converge(plane)(managed, await won());
    expect(ops()).toEqual(['setDesiredCount 1']);
  });

  it('gives up, loudly, on a record that never stands still', async () => {
    let generation = 4;
    plane.fleet.before = async ({ op }) => {
      generation += 1;
      if (op === 'setDesiredCount') await plane.plant(aRecord({ generation }));
    };
    await expect(converge(plane)(managed)).rejects.toThrow('the record of api never stood still');
    expect(plane.fleet.writes(SERVICE)).toHaveLength(10);
  });

  it('leaves a service alone that is managed no longer', async () => {
    plane.fleet.remove(SERVICE);
    expect((await converge(plane)(managed)).value.generation).toBe(4);
    expect(ops()).toEqual(['observe']);
  });

  it('fails when the fleet does', async () => {
    plane.fleet.before = () => {
      throw new Error('throttled');
    };
    await expect(converge(plane)(managed)).rejects.toThrow('throttled');
  });

  it.each([
    ['awake', aRecord(), ['setDesiredCount 2', 'setBounds {"min":2,"max":5,"suspended":false}'], 2],
    ['asleep', anAsleepRecord(), ['setBounds {"min":0,"max":5,"suspended":true}', 'setDesiredCount 0'], 0],
  ])(
    'writes count and bounds in the order in which a scaler cannot undo them: %s',
    async (_, record, expected, count) => {
      const isAsleep = record.intent === 'asleep';
      const bounds = isAsleep ? { min: 2, max: 5, suspended: false } : { min: 0, max: 5, suspended: true };
      plane = aControlPlane({
        [SERVICE]: { tags: { 'wake-count': '2', max: '5' }, desiredCount: isAsleep ? 3 : 0, bounds },
      });
      managed = await plane.directory.find(SERVICE);
      await plane.plant(record);
      plane.recount();
      await converge(plane)(managed);
      expect(ops()).toEqual(['observe', ...expected]);
      expect(plane.fleet.desiredCount(SERVICE)).toBe(count);
      plane.recount();
      await converge(plane)(managed);
      expect(ops()).toEqual(['observe']);
    },
  );
});
