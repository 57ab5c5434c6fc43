import type { Fleet } from '#shared/ports/fleet.ts';
import { fleetContract } from '../contracts/fleet.contract.ts';
import { MAIN_CLUSTER } from '../support/sim-aws/machines.ts';
import { onPorts } from './on-ports.ts';
import { world } from './world.ts';

const SERVICES = { sound: 'sound', crashing: 'crashing' };

/** The simulated ECS is only worth racing on if it is a fleet like any other. */
fleetContract({
  name: 'simulated ECS',
  make: async () => {
    const there = world(new Uint8Array([0]), [], Date.UTC(2026, 10, 20));
    const { machines, add, of } = onPorts(there, { mayBeStale: false, onDesired: () => {}, onWrite: () => {} });
    for (const service of Object.values(SERVICES)) add({ service });
    const { fleet } = of({ name: 'test', skewMs: 0, isDead: false });
    // Nothing happens in that world until it runs.
    const answered = async <T>(call: Promise<T>): Promise<T> => {
      const answer = call.then(
        (value) => () => value,
        (cause: Error) => () => {
          throw cause;
        },
      );
      await there.run();
      return (await answer)();
    };
    const live: Fleet = {
      list: () => answered(fleet.list()),
      observe: (services) => answered(fleet.observe(services)),
      setDesiredCount: (service, to) => answered(fleet.setDesiredCount(service, to)),
      setBounds: (service, bounds) => answered(fleet.setBounds(service, bounds)),
    };
    return {
      ...SERVICES,
      fleet: live,
      letPass: async (durationMs) => {
        there.advance(durationMs);
        for (const service of Object.values(SERVICES)) machines.evolve(service);
        const isUp = machines
          .find(MAIN_CLUSTER, SERVICES.crashing)
          ?.tasks.some(({ lastStatus }) => lastStatus === 'RUNNING');
        if (isUp) machines.crash(SERVICES.crashing);
      },
    };
  },
});
