import { fleetContract } from '../contracts/fleet.contract.ts';
import { memoryFleet } from '../support/memory-fleet.ts';
import { virtualClock } from '../support/virtual-clock.ts';

fleetContract({
  name: 'in memory',
  make: async () => {
    const clock = virtualClock();
    const fleet = memoryFleet({ clock });
    fleet.add('sound', { bootMs: 200, stopMs: 100 });
    fleet.add('crashing', { bootMs: 50, crashAfterMs: 150 });
    return { fleet, sound: 'sound', crashing: 'crashing', letPass: async (durationMs) => clock.advance(durationMs) };
  },
});
