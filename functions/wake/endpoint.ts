import { endpoint, type Endpoint, type Input } from '#shared/http/endpoint.ts';
import { leaseMsOf, legacyName } from '#shared/http/fields.ts';
import { holderOf, type HttpReply, type HttpRequest } from '#shared/http/request.ts';
import { momentOf } from '#shared/http/service-view.ts';
import { wakeReply } from '#shared/http/session-replies.ts';
import type { Deps } from '#shared/usecases/deps.ts';
import { meantService } from '#shared/usecases/meant-service.ts';
import { wake } from '#shared/usecases/wake.ts';
import { legacyWakeRoute, wakeRoute } from './routes.ts';

const run = async (deps: Deps, input: Input<typeof wakeRoute>, { caller }: HttpRequest): Promise<HttpReply> => {
  const woken = await wake(deps)({
    service: input.service,
    caller,
    holder: holderOf(input.holder, caller),
    leaseMs: leaseMsOf(input.leaseSeconds),
    reason: input.reason ?? null,
    force: input.force ?? false,
  });
  return wakeReply(woken, momentOf(deps));
};

export const wakeEndpoints = (deps: Deps): readonly Endpoint[] => [
  endpoint(wakeRoute, (input, request) => run(deps, input, request)),
  endpoint(legacyWakeRoute, async (input, request) => {
    const service = await meantService(deps)({ named: legacyName(input), caller: request.caller });
    return run(deps, { ...input, service }, request);
  }),
];
