import { endpoint, type Endpoint } from '#shared/http/endpoint.ts';
import { leaseMsOf } from '#shared/http/fields.ts';
import { momentOf, serviceReply } from '#shared/http/service-view.ts';
import { killReply } from '#shared/http/session-replies.ts';
import type { Deps } from '#shared/usecases/deps.ts';
import { heartbeat } from '#shared/usecases/heartbeat.ts';
import { kill } from '#shared/usecases/kill.ts';
import { releaseRoute, renewRoute } from './routes.ts';

export const leaseEndpoints = (deps: Deps): readonly Endpoint[] => [
  endpoint(renewRoute, async ({ service, holder, leaseSeconds }, { caller }) => {
    const { lease, ...view } = await heartbeat(deps)({ service, caller, holder, leaseMs: leaseMsOf(leaseSeconds) });
    return serviceReply(200, view, { lease }, momentOf(deps));
  }),
  endpoint(releaseRoute, async ({ service, holder, generation = null }, { caller }) => {
    const ended = await kill(deps)({ service, caller, holder, generation, force: false, reason: null });
    return killReply(ended, momentOf(deps));
  }),
];
