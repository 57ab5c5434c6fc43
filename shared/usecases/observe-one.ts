import { Refusal } from '#shared/domain/errors.ts';
import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import type { Fleet } from '#shared/ports/fleet.ts';

const serviceNotFound = (service: string): Refusal =>
  new Refusal('service-not-found', `no service named ${service}`, { field: 'service' });

/** What the fleet says of one service, with what was seen of it before as a hint; refuses with `service-not-found` when it is not managed (any more). */
export const observeOne = async (
  { fleet }: { readonly fleet: Fleet },
  service: string,
  known?: Observed | null,
): Promise<Observed> => {
  const hint = known && new Map([[service, known]]);
  const observed = (await fleet.observe([service], ...(hint ? [hint] : []))).get(service);
  if (!observed) throw serviceNotFound(service);
  return observed;
};
