import type { Clock } from '#shared/ports/clock.ts';
import type { Activity } from '#shared/ports/activity.ts';
import type { Fleet } from '#shared/ports/fleet.ts';
import type { Notifier } from '#shared/ports/notifier.ts';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import type { Random } from '#shared/ports/random.ts';
import type { Telemetry } from '#shared/ports/telemetry.ts';
import { directory, type Directory } from '#shared/usecases/directory.ts';
import { documents, type Documents } from '#shared/usecases/documents.ts';
import { leases, type Leases } from '#shared/usecases/leases.ts';
import { records, type Records } from '#shared/usecases/records.ts';

export interface Ports {
  /** The control bucket. */
  readonly store: ObjectStore;
  readonly fleet: Fleet;
  readonly activity: Activity;
  readonly notifier: Notifier;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Settings {
  /** Milliseconds after midnight UTC. */
  readonly nightlyKillTimeMs: number;
  /** The service meant by callers who name none, where there are several. */
  readonly defaultService?: string;
}

/** What a use case may ask for; each names the part it uses. */
export interface Deps extends Ports {
  readonly docs: Documents;
  readonly directory: Directory;
  readonly records: Records;
  readonly leases: Leases;
  readonly settings: Settings;
}

/** The control store and the directory, on top of the ports. */
export const control = (ports: Ports, settings: Settings): Deps => {
  const docs = documents(ports);
  return {
    ...ports,
    settings,
    docs,
    directory: directory({ ...ports, docs }),
    records: records({ ...ports, docs }),
    leases: leases({ ...ports, docs }),
  };
};
