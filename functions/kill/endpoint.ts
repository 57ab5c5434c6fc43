import { endpoint, type Endpoint, type Input } from '#shared/http/endpoint.ts';
import { legacyName } from '#shared/http/fields.ts';
import { holderOf, type HttpReply, type HttpRequest } from '#shared/http/request.ts';
import { momentOf } from '#shared/http/service-view.ts';
import { killReply } from '#shared/http/session-replies.ts';
import type { Deps } from '#shared/usecases/deps.ts';
import { kill } from '#shared/usecases/kill.ts';
import { meantService } from '#shared/usecases/meant-service.ts';
import { killRoute, legacyKillRoute } from './routes.ts';

const run = async (deps: Deps, input: Input<typeof killRoute>, { caller }: HttpRequest): Promise<HttpReply> => {
  const ended = await kill(deps)({
    service: input.service,
    caller,
    holder: holderOf(input.holder, caller),
    force: input.force ?? false,
    generation: input.generation ?? null,
    reason: input.reason ?? null,
  });
  return killReply(ended, momentOf(deps));
};

export const killEndpoints = (deps: Deps): readonly Endpoint[] => [
  endpoint(killRoute, (input, request) => run(deps, input, request)),
  endpoint(legacyKillRoute, async (input, request) => {
    const service = await meantService(deps)({ named: legacyName(input), caller: request.caller });
    return run(deps, { ...input, service }, request);
  }),
];
