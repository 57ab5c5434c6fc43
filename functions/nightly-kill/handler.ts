import { corePorts } from '#shared/adapters/aws/core-ports.ts';
import { jobHandler } from '#shared/jobs/job-handler.ts';
import { coreVariables, environmentOf } from '#shared/runtime/env.ts';
import { control } from '#shared/usecases/deps.ts';
import { nightlyKillEndpoint } from './endpoint.ts';

const deps = control(corePorts(environmentOf(coreVariables(), process.env)), {});

export const handler = jobHandler('nightly-kill', nightlyKillEndpoint(deps), deps);
