import { corePorts } from '#shared/adapters/aws/core-ports.ts';
import { lambdaHandler } from '#shared/http/lambda-handler.ts';
import { coreVariables, environmentOf, sessionSettings, sessionVariables } from '#shared/runtime/env.ts';
import { grants } from '#shared/usecases/caller.ts';
import { control } from '#shared/usecases/deps.ts';
import { killEndpoints } from './endpoint.ts';

const environment = environmentOf({ ...coreVariables(), ...sessionVariables }, process.env);
const deps = control(corePorts(environment), sessionSettings(environment));

export const handler = lambdaHandler(killEndpoints(deps), { ...deps, grantOf: grants(deps) });
