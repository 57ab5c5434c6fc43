import { activityPort } from '#shared/adapters/aws/activity-port.ts';
import { corePorts } from '#shared/adapters/aws/core-ports.ts';
import { lambdaHandler } from '#shared/http/lambda-handler.ts';
import { coreVariables, closingTime, decisionVariables, environmentOf } from '#shared/runtime/env.ts';
import { grants } from '#shared/usecases/caller.ts';
import { control } from '#shared/usecases/deps.ts';
import { statusEndpoints } from './endpoint.ts';

const environment = environmentOf({ ...coreVariables(), ...decisionVariables }, process.env);
const core = corePorts(environment);
const deps = control({ ...core, activity: activityPort(environment, core) }, closingTime(environment));

export const handler = lambdaHandler(statusEndpoints(deps), { ...deps, grantOf: grants(deps) });
