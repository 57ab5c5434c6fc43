import { decisionBody } from '#shared/http/decision-view.ts';
import { endpoint, type Endpoint } from '#shared/http/endpoint.ts';
import { historyBody } from '#shared/http/history-view.ts';
import { reply } from '#shared/http/request.ts';
import { momentOf, serviceBody, serviceReply } from '#shared/http/service-view.ts';
import { decision } from '#shared/usecases/decision.ts';
import type { DecisionDeps } from '#shared/usecases/deps.ts';
import { history } from '#shared/usecases/history.ts';
import { listServices } from '#shared/usecases/list-services.ts';
import { status } from '#shared/usecases/status.ts';
import { decisionRoute, historyRoute, listRoute, statusRoute } from './routes.ts';

export const statusEndpoints = (deps: DecisionDeps): readonly Endpoint[] => [
  endpoint(statusRoute, async ({ service, wait = 0, holder = null }, { caller, signal }) => {
    const { lease, ...view } = await status(deps)({ service, caller, holder, waitMs: wait * 1_000, signal });
    return serviceReply(200, view, { lease }, momentOf(deps));
  }),
  endpoint(listRoute, async ({ limit = 100, after = null }, { caller }) => {
    const { services, next } = await listServices(deps)({ caller, limit, after });
    return reply(200, { services: services.map((view) => serviceBody(view, {}, deps.clock.now())), next });
  }),
  endpoint(decisionRoute, async ({ service }, { caller }) => {
    return reply(200, decisionBody(await decision(deps)({ service, caller })));
  }),
  endpoint(historyRoute, async ({ service, limit = 100, after = null }, { caller }) => {
    return reply(200, historyBody(await history(deps)({ service, caller, limit, after })));
  }),
];
