import { registryPorts } from '#shared/adapters/aws/registry-ports.ts';
import { lambdaHandler } from '#shared/http/lambda-handler.ts';
import { environmentOf, registrySettings, registryVariables } from '#shared/runtime/env.ts';
import { grants } from '#shared/usecases/caller.ts';
import { registryOn } from '#shared/usecases/registry/deps.ts';
import { packagesEndpoints } from './endpoint.ts';

const environment = environmentOf(registryVariables(), process.env);
const deps = registryOn(registryPorts(environment), registrySettings(environment));

export const handler = lambdaHandler(packagesEndpoints(deps), { ...deps, grantOf: grants(deps) });
