import type { Lease } from '#shared/domain/lifecycle/lease.ts';
import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import type { Caller } from '#shared/usecases/caller.ts';
import { control, type TickDeps } from '#shared/usecases/deps.ts';
import type { HeartbeatInput } from '#shared/usecases/heartbeat.ts';
import type { HoldInput } from '#shared/usecases/hold.ts';
import type { KillInput } from '#shared/usecases/kill.ts';
import type { Projection } from '#shared/usecases/projections.ts';
import type { StatusInput } from '#shared/usecases/status.ts';
import type { WakeInput } from '#shared/usecases/wake.ts';
import { aCaller, anOperator, CREATED, SERVICE } from './builders.ts';
import { memoryFleet, type FleetSeed, type MemoryFleet } from './memory-fleet.ts';
import { memoryObjectStore } from './memory-object-store.ts';
import { memoryRegistry, type MemoryRegistry } from './memory-registry.ts';
import {
  recordedNews,
  recordedTelemetry,
  scriptedActivity,
  type RecordedNews,
  type RecordedTelemetry,
  type ScriptedActivity,
} from './recorders.ts';
import { HOUR, T0, virtualClock, type VirtualClock } from './virtual-clock.ts';
import { watchedStore, type WatchedStore } from './watched-store.ts';

export interface ControlPlane extends TickDeps {
  readonly store: WatchedStore;
  readonly fleet: MemoryFleet;
  readonly activity: ScriptedActivity;
  readonly notifier: RecordedNews;
  readonly telemetry: RecordedTelemetry;
  readonly clock: VirtualClock;
  readonly packages: MemoryRegistry;
  /** The record as it lies in the store; fails when there is none. */
  record(service?: string): Promise<ServiceRecord>;
  /** Writes a record over whatever is there. */
  plant(record: ServiceRecord): Promise<void>;
  plantLease(lease: Lease): Promise<void>;
  lease(holder: string, subject?: string): Promise<Lease | undefined>;
  projection(service?: string): Promise<Projection | undefined>;
  /** Another container of the same control plane: it remembers nothing. */
  restarted(): TickDeps;
  /** Forgets the calls counted so far. */
  recount(): void;
  /** Store and fleet calls since. */
  count(): number;
}

/** The whole control plane over memory, with one service unless told otherwise. */
export const aControlPlane = (seeds: Readonly<Record<string, FleetSeed>> = { [SERVICE]: {} }): ControlPlane => {
  const clock = virtualClock();
  const store = watchedStore(memoryObjectStore({ now: clock.now }));
  const fleet = memoryFleet({ clock });
  let state = 1;
  // A small generator of its own: a run can be repeated.
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const ports = {
    clock,
    store,
    fleet,
    random,
    activity: scriptedActivity(),
    notifier: recordedNews(),
    telemetry: recordedTelemetry(),
  };
  const settings = { timeZone: 'UTC', nightlyKill: { timeOfDayMs: 23 * HOUR, timeZone: 'UTC' } };
  const deps = control(ports, settings);
  const packages = memoryRegistry(ports);
  for (const [service, seed] of Object.entries(seeds)) fleet.add(service, { createdAt: CREATED, ...seed });

  const overwrite = async (key: string, value: object): Promise<void> => {
    const present = await deps.docs.read(key);
    await deps.docs.swap(key, present?.etag ?? null, value);
  };

  return {
    ...deps,
    ...ports,
    packages,
    record: async (service = SERVICE) => {
      const present = await deps.docs.read<ServiceRecord>(controlKeys.record(service));
      if (!present) throw new Error(`no record of ${service}`);
      return present.value;
    },
    plant: (record) => overwrite(controlKeys.record(record.service), record),
    plantLease: (lease) => overwrite(controlKeys.lease(lease.service, lease), lease),
    lease: async (holder, subject = 'ada') => (await deps.leases.read(SERVICE, { subject, holder }))?.value,
    projection: async (service = SERVICE) => (await deps.docs.read<Projection>(controlKeys.projection(service)))?.value,
    restarted: () => control(ports, settings),
    recount: () => {
      store.calls.length = 0;
      fleet.calls.length = 0;
    },
    count: () => store.calls.length + fleet.calls.length,
  };
};

type Asking<T> = Partial<T> & { readonly subject?: string };

const caller = ({ subject, caller: given }: { readonly subject?: string; readonly caller?: Caller }): Caller =>
  given ?? aCaller(subject);

export const aWake = (more: Asking<WakeInput> = {}): WakeInput => ({
  service: SERVICE,
  holder: 'laptop',
  leaseMs: null,
  reason: null,
  force: false,
  ...more,
  caller: caller(more),
});

export const aHeartbeat = (more: Asking<HeartbeatInput> = {}): HeartbeatInput => ({
  service: SERVICE,
  holder: 'laptop',
  leaseMs: null,
  ...more,
  caller: caller(more),
});

export const aKill = (more: Asking<KillInput> = {}): KillInput => ({
  service: SERVICE,
  holder: 'laptop',
  force: false,
  generation: null,
  reason: null,
  ...more,
  caller: caller(more),
});

export const aStatus = (more: Asking<StatusInput> = {}): StatusInput => ({
  service: SERVICE,
  holder: null,
  waitMs: 0,
  ...more,
  caller: caller(more),
});

export const aHoldOf = (intent: HoldInput['intent'], more: Asking<HoldInput> = {}): HoldInput => ({
  service: SERVICE,
  until: T0 + HOUR,
  reason: 'demo',
  ...more,
  intent,
  caller: more.caller ?? anOperator(),
});
