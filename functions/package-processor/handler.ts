import { registryPorts } from '#shared/adapters/aws/registry-ports.ts';
import { yamlTree } from '#shared/adapters/yaml-tree.ts';
import { jobHandler } from '#shared/jobs/job-handler.ts';
import { environmentOf, registrySettings, registryVariables, judgingVariables } from '#shared/runtime/env.ts';
import { registryOn } from '#shared/usecases/registry/deps.ts';
import { packageProcessorEndpoint } from './endpoint.ts';

const environment = environmentOf({ ...registryVariables(), ...judgingVariables }, process.env);
const ports = { ...registryPorts(environment), yaml: yamlTree() };
const deps = registryOn(ports, registrySettings(environment));

export const handler = jobHandler('package-processor', packageProcessorEndpoint(deps), deps);
