import { corePorts } from '#shared/adapters/aws/core-ports.ts';
import { lambdaHandler } from '#shared/http/lambda-handler.ts';
import { coreVariables, environmentOf } from '#shared/runtime/env.ts';
import { grants } from '#shared/usecases/caller.ts';
import { control } from '#shared/usecases/deps.ts';
import { leaseEndpoints } from './endpoint.ts';

const deps = control(corePorts(environmentOf(coreVariables(), process.env)), {});

export const handler = lambdaHandler(leaseEndpoints(deps), { ...deps, grantOf: grants(deps) });
