import { corePorts } from '#shared/adapters/aws/core-ports.ts';
import { ecsPlaces } from '#shared/adapters/aws/ecs-place.ts';
import { notifierPort } from '#shared/adapters/aws/notifier-port.ts';
import { onEcsEvent, serviceOfEvent } from '#shared/jobs/ecs-events.ts';
import { jobHandler } from '#shared/jobs/job-handler.ts';
import { coreVariables, newsVariables, environmentOf, houseSettings } from '#shared/runtime/env.ts';
import { control } from '#shared/usecases/deps.ts';
import { taskEventEndpoint } from './endpoint.ts';

const environment = environmentOf({ ...coreVariables(), ...newsVariables }, process.env);
const core = corePorts(environment);
const deps = control({ ...core, notifier: notifierPort(environment, core) }, houseSettings(environment));
const { idOf } = ecsPlaces(environment.CLUSTERS.split(','));
const handle = onEcsEvent({ ...deps, idOf, handle: taskEventEndpoint(deps) });

export const handler = jobHandler('task-events', handle, { ...deps, serviceOf: serviceOfEvent(idOf) });
