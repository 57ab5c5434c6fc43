import { repairWrites, transitionWrites, type FleetWrite } from '#shared/domain/lifecycle/convergence.ts';
import { wantsTasks, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import type { Fleet } from '#shared/ports/fleet.ts';
import type { Deps } from '#shared/usecases/deps.ts';
import type { Managed } from '#shared/usecases/directory.ts';
import type { Versioned } from '#shared/usecases/documents.ts';

export type ConvergeDeps = Pick<Deps, 'records' | 'fleet'>;

const ROUNDS = 10;

const write = (fleet: Fleet, service: string, step: FleetWrite): Promise<void> =>
  step.set === 'bounds' ? fleet.setBounds(service, step.to) : fleet.setDesiredCount(service, step.to);

const hasMoved = (before: ServiceRecord, after: ServiceRecord): boolean =>
  before.generation !== after.generation || wantsTasks(before) !== wantsTasks(after);

/**
 * Makes the fleet what the record says. Level-triggered: safe at any time, by anyone, any number of times.
 *
 * Whoever writes reads the record again afterwards and starts over if it moved: since everybody who changes a
 * record ends here, the last write to the fleet is always the record's. The winner of a transition passes the
 * record it has just written and does not look first: the fleet's reads may still show the time before.
 */
export const converge =
  ({ records, fleet }: ConvergeDeps) =>
  async (managed: Managed, won?: Versioned<ServiceRecord>): Promise<Versioned<ServiceRecord>> => {
    const { service, policy, autoscaled } = managed;
    let isBlind = won !== undefined;
    let record = won ?? (await records.read(managed));
    for (let round = 0; round < ROUNDS; round += 1) {
      const observed = isBlind ? undefined : (await fleet.observe([service])).get(service);
      if (!isBlind && !observed) return record;
      const steps = observed
        ? repairWrites(record.value, policy, observed)
        : transitionWrites(record.value, policy, autoscaled);
      if (steps.length === 0) return record;
      for (const step of steps) await write(fleet, service, step);
      const again = await records.read(managed);
      if (!hasMoved(record.value, again.value)) return again;
      record = again;
      // Our own write may be the difference now, and a stale read would hide it.
      isBlind = true;
    }
    throw new Error(`the record of ${service} never stood still`);
  };
