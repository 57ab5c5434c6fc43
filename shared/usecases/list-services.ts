import type { Caller } from '#shared/usecases/caller.ts';
import type { Managed } from '#shared/usecases/directory.ts';
import type { View } from '#shared/usecases/look.ts';
import { isOf, readProjection } from '#shared/usecases/projections.ts';
import type { Deps } from '#shared/usecases/deps.ts';

export interface ListInput {
  readonly caller: Caller;
  readonly limit: number;
  /** The last service of the page before. */
  readonly after: string | null;
}

export interface ServicePage {
  readonly services: readonly View[];
  readonly next: string | null;
}

/** `undefined`: its documents cannot be read. That is told, and hides no other service. */
const lastSeen = async (deps: Deps, managed: Managed): Promise<View | undefined> => {
  try {
    const [record, projection] = await Promise.all([deps.records.read(managed), readProjection(deps, managed.service)]);
    return { managed, record, sighting: isOf(projection?.value, record.value) ? projection.value : null };
  } catch (cause) {
    deps.telemetry.failure('listing.failed', cause, { service: managed.service });
    return undefined;
  }
};

/** Every managed service the caller may see, by name; as last seen, without asking the fleet. */
export const listServices =
  (deps: Deps) =>
  async ({ caller, limit, after }: ListInput): Promise<ServicePage> => {
    const visible = (await deps.directory.all())
      .filter(({ service }) => !caller.grant.services || caller.grant.services.includes(service))
      .filter(({ service }) => after === null || service > after)
      .toSorted((a, b) => (a.service < b.service ? -1 : 1));
    const page = visible.slice(0, limit);
    const views = await Promise.all(page.map((managed) => lastSeen(deps, managed)));
    const next = visible.length > limit ? (page.at(-1)?.service ?? null) : null;
    return { services: views.filter((view) => view !== undefined), next };
  };
