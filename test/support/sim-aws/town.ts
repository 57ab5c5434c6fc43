import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import { tick } from '#shared/usecases/tick.ts';
import { aLease, anAsleepRecord, aRecord, CREATED } from '../builders.ts';
import { HOUR, T0, virtualClock, type VirtualClock } from '../virtual-clock.ts';
import { account, type Account } from './account.ts';
import { container, type Container } from './containers.ts';
import type { Seed } from './machines.ts';

/** How many services there are, and how many of them run a task that somebody holds awake. */
export interface TownSize {
  readonly services: number;
  readonly awake: number;
  /** Live leases of each awake service. */
  readonly leasesEach: number;
  readonly more?: Partial<Seed>;
  /** Nobody has ever looked after them: there are no records. */
  readonly areNew?: boolean;
}

export interface Town {
  readonly aws: Account;
  readonly clock: VirtualClock;
  readonly names: readonly string[];
  /** Runs before every call. */
  before: () => Promise<void> | void;
  /** A container of a function, by the function's name. */
  readonly open: (function_: string, seed?: number) => Container;
}

const STEPS_TO_READY = 5;

const populate = (
  aws: Account,
  name: string,
  isAwake: boolean,
  { leasesEach, more = {}, areNew = false }: TownSize,
): void => {
  aws.add({ service: name, createdAt: CREATED, desiredCount: isAwake ? 1 : 0, ...more });
  const record = isAwake
    ? aRecord({ service: name, wokenAt: T0 - HOUR, readyAt: T0 - HOUR, since: T0 - HOUR })
    : anAsleepRecord({ service: name, since: T0 - HOUR });
  if (!areNew) aws.store.place(controlKeys.record(name), record);
  if (!isAwake) return;
  for (let step = 0; step < STEPS_TO_READY; step += 1) aws.machines.evolve(name);
  for (let index = 0; index < leasesEach; index += 1) {
    const lease = aLease({ service: name, holder: `h${index}`, expiresAt: T0 + HOUR });
    aws.store.place(controlKeys.lease(name, lease), lease);
  }
};

/** Services at rest and in use, their records and leases, on an account of their own. */
export const town = (size: TownSize): Town => {
  const clock = virtualClock();
  const aws = account({ now: clock.now });
  const names = Array.from({ length: size.services }, (_, index) => `s${String(index).padStart(5, '0')}`);
  for (const [index, name] of names.entries()) populate(aws, name, index < size.awake, size);
  const place: Town = {
    aws,
    clock,
    names,
    before: () => undefined,
    open: (function_, seed) => {
      const clients = aws.clients(function_, async ({ perform }) => {
        await place.before();
        return perform(false);
      });
      return container(clients, clock, seed);
    },
  };
  return place;
};

/** A container of the tick that knows the town already, and the town counted anew. */
export const warmTick = async ({ aws, open }: Town): Promise<() => Promise<void>> => {
  const look = tick(open('sleep'));
  await look();
  await look();
  aws.recount();
  return look;
};
