import { describe, expect, inject, it } from 'vitest';
import { fleetContract } from '../contracts/fleet.contract.ts';
import { ministackFleetGaps, motoFleetGaps } from './known-gaps.ts';
import { withKnownGaps } from './support/with-known-gaps.ts';
import { MANAGED, newCluster } from './support/cluster.ts';

const moto = inject('motoUrl');

const backends = [
  { name: 'ECS on moto', endpoint: moto, gaps: motoFleetGaps },
  { name: 'ECS on MiniStack', endpoint: inject('ministackUrl'), gaps: ministackFleetGaps },
];

/** They do at once what they do at all: what does not show soon never will. */
const PATIENCE = 3;

for (const { name, endpoint, gaps } of backends) {
  withKnownGaps(name, gaps, () =>
    fleetContract({
      name: 'ecs',
      make: async () => {
        // MiniStack has no Application Auto Scaling.
        const { fleet, addService } = await newCluster(endpoint, moto);
        for (const service of ['sound', 'crashing']) await addService(service);
        await addService('unmanaged', { team: 'shop' });
        let waits = 0;
        const letPass = async (): Promise<void> => {
          waits += 1;
          if (waits > PATIENCE) throw new Error('nothing happens by itself');
        };
        return { fleet, sound: 'sound', crashing: 'crashing', letPass };
      },
    }),
  );
}

const counted = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `service-${index}`);

describe('services of an independent ECS', () => {
  it('are found by their tag, with their policy, whatever else is in the cluster', async () => {
    const { fleet, addService, taskDefinition } = await newCluster(moto);
    await addService('echo', { ...MANAGED, 'nightporter:idle-after': '5m', team: 'shop' });
    await addService('others', { 'nightporter:managed': 'false' });
    await addService('bare', {});
    expect(await fleet.list()).toEqual([
      {
        service: 'echo',
        createdAt: expect.any(Number),
        tags: { managed: 'true', 'idle-after': '5m' },
        autoscaled: false,
        taskDefinition,
      },
    ]);
  });

  it('are all found and observed when one call can neither describe nor list them', async () => {
    const { fleet, addService } = await newCluster(moto);
    const services = counted(112);
    for (const service of services) await addService(service);
    expect((await fleet.list()).map(({ service }) => service).toSorted()).toEqual(services.toSorted());
    expect((await fleet.observe([...services, 'no-such-service'])).size).toBe(services.length);
  });

  it('count as wanted what was asked for', async () => {
    const { fleet, addService } = await newCluster(moto);
    await addService('echo');
    for (const count of [2, 0]) {
      await fleet.setDesiredCount('echo', count);
      expect((await fleet.observe(['echo'])).get('echo')).toMatchObject({ desiredCount: count, runningCount: count });
    }
  });

  it('are refused by name when they do not exist', async () => {
    const { fleet } = await newCluster(moto);
    await expect(fleet.setDesiredCount('no-such-service', 1)).rejects.toMatchObject({
      code: 'service-not-found',
      cause: { name: 'ServiceNotFoundException' },
    });
  });
});

describe('a task of an independent ECS', () => {
  it('is seen from its listing to its public address', async () => {
    const { fleet, addService, addTask, taskDefinition } = await newCluster(moto);
    await addService('echo');
    const { task, address } = await addTask('echo');
    await fleet.setDesiredCount('echo', 1);
    const observed = (await fleet.observe(['echo'])).get('echo');
    expect(observed).toMatchObject({ taskDefinition, hasEndpoint: true, hasHealthCheck: true });
    expect(observed?.tasks).toMatchObject([
      {
        id: task.taskArn?.split('/').at(-1),
        lastStatus: 'RUNNING',
        stoppedAt: null,
        endpoint: { host: address, port: 8080, url: null },
      },
    ]);
  });
});

describe('scalers of an independent Application Auto Scaling', () => {
  it('are seen with the bounds that they were given, and only where there are some', async () => {
    const { fleet, addService, addScaler } = await newCluster(moto);
    for (const service of ['scaled', 'plain']) await addService(service);
    await addScaler('scaled');
    const listed = (await fleet.list()).map(({ service, autoscaled }) => [service, autoscaled] as const);
    expect(new Map(listed)).toEqual(
      new Map([
        ['plain', false],
        ['scaled', true],
      ]),
    );
    for (const bounds of [
      { min: 0, max: 4, suspended: true },
      { min: 2, max: 7, suspended: false },
    ]) {
      await fleet.setBounds('scaled', bounds);
      const observed = await fleet.observe(['scaled', 'plain']);
      expect(observed.get('scaled')?.bounds).toEqual(bounds);
      expect(observed.get('plain')?.bounds).toBeNull();
    }
  });

  it('are not registered for a service without the tag', async () => {
    const { fleet, addService } = await newCluster(moto);
    await addService('others', { team: 'shop' });
    await expect(fleet.setBounds('others', { min: 0, max: 1, suspended: true })).rejects.toMatchObject({
      code: 'service-not-found',
    });
  });
});
