import { corePorts } from '#shared/adapters/aws/core-ports.ts';
import { lambdaHandler } from '#shared/http/lambda-handler.ts';
import { coreVariables, environmentOf, houseSettings } from '#shared/runtime/env.ts';
import { grants } from '#shared/usecases/caller.ts';
import { control } from '#shared/usecases/deps.ts';
import { leaseEndpoints } from './endpoint.ts';

const environment = environmentOf(coreVariables(), process.env);
const deps = control(corePorts(environment), houseSettings(environment));

export const handler = lambdaHandler(leaseEndpoints(deps), { ...deps, grantOf: grants(deps) });
