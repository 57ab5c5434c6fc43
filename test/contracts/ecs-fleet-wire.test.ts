import { describe, expect, it } from 'vitest';
import { ecsBench, TO_READY } from '../support/ecs-bench.ts';
import { throttling } from '../support/sim-aws/account.ts';
import { fleetOver } from '../support/sim-aws/adapters.ts';
import { wireClients } from '../support/sim-aws/json-wire.ts';

const BOUNDS = { min: 1, max: 3, suspended: false };

const wired = () => {
  const bench = ecsBench([{ service: 'api', desiredCount: 1, bounds: BOUNDS }, { service: 'plain' }]);
  bench.move('api', TO_READY);
  return { ...bench, overWire: fleetOver(wireClients(bench.aws.clients('wire')), bench.clock) };
};

describe('over the wire', () => {
  it('the answers are the same as without it', async () => {
    const { fleet, overWire } = wired();
    expect(await overWire.list()).toEqual(await fleet.list());
    for (const names of [['api'], ['plain'], ['api', 'plain', 'gone'], ['gone']]) {
      expect(await overWire.observe(names)).toEqual(await fleet.observe(names));
    }
  });

  it('counts and bounds arrive as they were sent', async () => {
    const { overWire, service } = wired();
    await overWire.setDesiredCount('api', 2);
    await overWire.setBounds('api', { min: 0, max: 4, suspended: true });
    expect(service('api')).toMatchObject({ desiredCount: 2, bounds: { min: 0, max: 4, suspended: true } });
  });

  it('errors keep their meaning', async () => {
    const { aws, clock, overWire } = wired();
    await expect(overWire.setDesiredCount('gone', 1)).rejects.toMatchObject({ code: 'service-not-found' });
    const busy = wireClients(
      aws.clients('wire', async () => {
        throw throttling();
      }),
    );
    await expect(fleetOver(busy, clock).list()).rejects.toMatchObject({ code: 'throttled' });
    await expect(fleetOver(busy, clock).setBounds('api', BOUNDS)).rejects.toMatchObject({ code: 'throttled' });
    const elsewhere = fleetOver(wireClients(aws.clients('wire')), clock, { clusters: ['attic'] });
    await expect(elsewhere.list()).rejects.toMatchObject({ name: 'ClusterNotFoundException' });
  });
});
