import { activityPort } from '#shared/adapters/aws/activity-port.ts';
import { corePorts } from '#shared/adapters/aws/core-ports.ts';
import { notifierPort } from '#shared/adapters/aws/notifier-port.ts';
import { countedCalls } from '#shared/jobs/counted-calls.ts';
import { jobHandler } from '#shared/jobs/job-handler.ts';
import { coreVariables, closingTime, decisionVariables, newsVariables, environmentOf } from '#shared/runtime/env.ts';
import { control } from '#shared/usecases/deps.ts';
import { sleepEndpoint } from './endpoint.ts';

const environment = environmentOf({ ...coreVariables(), ...decisionVariables, ...newsVariables }, process.env);
const core = corePorts(environment);
const ports = { ...core, activity: activityPort(environment, core), notifier: notifierPort(environment, core) };
const deps = control(ports, closingTime(environment));

export const handler = jobHandler('sleep', countedCalls(sleepEndpoint(deps), deps), deps);
