import { account, type SimClients } from '../support/sim-aws/account.ts';
import { fleetOver } from '../support/sim-aws/adapters.ts';
import { wireClients } from '../support/sim-aws/json-wire.ts';
import { CRASH } from '../support/sim-aws/machines.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import { fleetContract } from './fleet.contract.ts';

const PACE_MS = 50;

const onAccount = (name: string, reach: (clients: SimClients) => SimClients): void =>
  fleetContract({
    name,
    make: async () => {
      const clock = virtualClock();
      const aws = account({ now: clock.now });
      aws.add({ service: 'sound', paceMs: PACE_MS });
      aws.add({ service: 'crashing', paceMs: PACE_MS, fate: { ...CRASH, at: 'RUNNING' } });
      aws.add({ service: 'unmanaged', tags: {}, desiredCount: 1, paceMs: PACE_MS });
      return {
        fleet: fleetOver(reach(aws.clients('test')), clock),
        sound: 'sound',
        crashing: 'crashing',
        letPass: async (durationMs) => clock.advance(durationMs),
      };
    },
  });

onAccount('ECS, simulated command by command', (clients) => clients);
onAccount('ECS, simulated below the SDK', wireClients);
