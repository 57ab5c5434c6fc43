import { converge } from '#shared/usecases/converge.ts';
import { sight, under, type View } from '#shared/usecases/look.ts';
import { observeOne } from '#shared/usecases/observe-one.ts';
import { tellNews } from '#shared/usecases/tell-news.ts';
import { readProjection } from '#shared/usecases/projections.ts';
import type { Deps } from '#shared/usecases/deps.ts';

/**
 * A task of the service changed. Events come twice, late and out of order, so nothing is taken from the event
 * itself: look anew, learn from it, and converge, for the change may be a late write of somebody who has died.
 */
export const taskChanged =
  (deps: Deps) =>
  async (service: string): Promise<View> => {
    const managed = await deps.directory.find(service);
    const [record, previous] = await Promise.all([deps.records.read(managed), readProjection(deps, service)]);
    const view = await sight(deps)(managed, record, { observed: await observeOne(deps, service), previous });
    return under(view, await tellNews(deps)(await converge(deps)(managed)));
  };
