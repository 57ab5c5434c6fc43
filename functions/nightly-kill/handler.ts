import { corePorts } from '#shared/adapters/aws/core-ports.ts';
import { jobHandler } from '#shared/jobs/job-handler.ts';
import { coreVariables, environmentOf, houseSettings } from '#shared/runtime/env.ts';
import { control } from '#shared/usecases/deps.ts';
import { nightlyKillEndpoint } from './endpoint.ts';

const environment = environmentOf(coreVariables(), process.env);
const deps = control(corePorts(environment), houseSettings(environment));

export const handler = jobHandler('nightly-kill', nightlyKillEndpoint(deps), deps);
