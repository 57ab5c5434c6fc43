import { endpoint, type Endpoint } from '#shared/http/endpoint.ts';
import { reply } from '#shared/http/request.ts';
import { momentOf, serviceReply } from '#shared/http/service-view.ts';
import type { Deps } from '#shared/usecases/deps.ts';
import { hold, unhold } from '#shared/usecases/hold.ts';
import { holdRoute, unholdRoute } from './routes.ts';

export const holdEndpoints = (deps: Deps): readonly Endpoint[] => [
  endpoint(holdRoute, async (input, { caller }) => {
    const view = await hold(deps)({ ...input, caller });
    return serviceReply(200, view, {}, momentOf(deps));
  }),
  endpoint(unholdRoute, async ({ service }, { caller }) => {
    await unhold(deps)({ service, caller });
    return reply(204);
  }),
];
