import type { TimeOfDay } from '#shared/domain/lifecycle/time-of-day.ts';
import type { Activity } from '#shared/ports/activity.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Fleet } from '#shared/ports/fleet.ts';
import type { Notifier } from '#shared/ports/notifier.ts';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import type { Random } from '#shared/ports/random.ts';
import type { Telemetry } from '#shared/ports/telemetry.ts';
import { directory, type Directory } from '#shared/usecases/directory.ts';
import { documents, type Documents } from '#shared/usecases/documents.ts';
import { leases, type Leases } from '#shared/usecases/leases.ts';
import { records, type Records } from '#shared/usecases/records.ts';

/** What every use case stands on. */
export interface CorePorts {
  /** The control bucket. */
  readonly store: ObjectStore;
  readonly fleet: Fleet;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly random: Random;
}

/** Those that only some need: a function carries no more of the world than it uses. */
export interface Ports extends CorePorts {
  readonly activity: Activity;
  readonly notifier: Notifier;
}

export interface Settings {
  /** By whose clocks the schedules of services go that name no place of their own. */
  readonly timeZone: string;
  /** The service meant by callers who name none, where there are several. */
  readonly defaultService?: string;
}

/** What the decision needs to know besides. */
export interface DecisionSettings extends Settings {
  readonly nightlyKill: TimeOfDay;
}

/** What a use case may ask for; each names the part it uses. */
export interface Deps extends CorePorts {
  readonly docs: Documents;
  readonly directory: Directory;
  readonly records: Records;
  readonly leases: Leases;
  readonly settings: Settings;
}

/** The same, for whoever decides about services by their use. */
export type DecisionDeps = Deps & Pick<Ports, 'activity'> & { readonly settings: DecisionSettings };

/** The same, for whoever looks after services: decides, and tells people. */
export type TickDeps = DecisionDeps & Pick<Ports, 'notifier'>;

/** The control store and the directory, on top of the ports. */
export const control = <P extends CorePorts, S extends Settings | DecisionSettings>(
  ports: P,
  settings: S,
): P & Deps & { readonly settings: S } => {
  const docs = documents(ports);
  return {
    ...ports,
    settings,
    docs,
    directory: directory({ ...ports, docs, timeZone: settings.timeZone }),
    records: records({ ...ports, docs }),
    leases: leases({ ...ports, docs }),
  };
};
