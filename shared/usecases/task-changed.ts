import { repairWrites } from '#shared/domain/lifecycle/convergence.ts';
import { converge } from '#shared/usecases/converge.ts';
import { sight, under, type View } from '#shared/usecases/look.ts';
import { observeOne } from '#shared/usecases/observe-one.ts';
import { tellNews } from '#shared/usecases/tell-news.ts';
import { tellVitals } from '#shared/usecases/tell-vitals.ts';
import { readProjection } from '#shared/usecases/projections.ts';
import type { Deps, Ports } from '#shared/usecases/deps.ts';

export type TaskChangedDeps = Deps & Pick<Ports, 'notifier'>;

/**
 * A task of the service changed. Events come twice, late and out of order, so nothing is taken from the event
 * itself: look anew, learn from it, and converge, for the change may be a late write of somebody who has died.
 */
export const taskChanged =
  (deps: TaskChangedDeps) =>
  async (service: string): Promise<View> => {
    const managed = await deps.directory.find(service);
    const [record, previous] = await Promise.all([deps.records.read(managed), readProjection(deps, service)]);
    const observed = await observeOne(deps, service, previous?.value.observed);
    const view = await sight(deps)(managed, record, { observed, previous });
    tellVitals(deps, view, previous?.value);
    const isApart = repairWrites(view.record.value, managed.policy, observed).length > 0;
    return under(view, await tellNews(deps)(isApart ? await converge(deps)(managed) : view.record));
  };
