import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import type { Fleet } from '#shared/ports/fleet.ts';
import { account, type Account } from './sim-aws/account.ts';
import { fleetOver } from './sim-aws/adapters.ts';
import { MAIN_CLUSTER, type Seed, type SimService } from './sim-aws/machines.ts';
import { virtualClock, type VirtualClock } from './virtual-clock.ts';

export interface EcsBench {
  readonly aws: Account;
  readonly clock: VirtualClock;
  readonly fleet: Fleet;
  /** What the fleet had to refuse, as it was told. */
  readonly refused: readonly string[];
  /** The service as the account has it. */
  readonly service: (name: string, cluster?: string) => SimService;
  /** What the fleet says of the service; fails when it says nothing. */
  readonly observe: (name: string, known?: Observed) => Promise<Observed>;
  /** Moves the tasks of a service on by so many steps. */
  readonly move: (name: string, steps: number) => void;
  /** Another process: it remembers nothing. */
  readonly restarted: () => Fleet;
}

/** Steps from a desired count to RUNNING and HEALTHY. */
export const TO_READY = 5;

/** An account with these services, and the fleet of the product over it. */
export const ecsBench = (seeds: readonly Seed[], clusters: readonly string[] = [MAIN_CLUSTER]): EcsBench => {
  const clock = virtualClock();
  const aws = account({ now: clock.now, clusters });
  for (const seed of seeds) aws.add(seed);
  const refused: string[] = [];
  const restarted = (): Fleet =>
    fleetOver(aws.clients('test'), clock, {
      clusters,
      onRefused: (service, because) => void refused.push(`${service}: ${because}`),
    });
  const fleet = restarted();
  return {
    aws,
    clock,
    fleet,
    refused,
    restarted,
    service: (name, cluster = MAIN_CLUSTER) => {
      const service = aws.machines.find(cluster, name);
      if (!service) throw new Error(`no service ${name}`);
      return service;
    },
    observe: async (name, known) => {
      const observed = (await fleet.observe([name], known && new Map([[name, known]]))).get(name);
      if (!observed) throw new Error(`${name} is not observed`);
      return observed;
    },
    move: (name, steps) => {
      for (let step = 0; step < steps; step += 1) aws.machines.evolve(name);
    },
  };
};
