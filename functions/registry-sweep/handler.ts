import { deadLettersPort, registryPorts } from '#shared/adapters/aws/registry-ports.ts';
import { yamlTree } from '#shared/adapters/yaml-tree.ts';
import { jobHandler } from '#shared/jobs/job-handler.ts';
import {
  deadLetterVariables,
  environmentOf,
  registrySettings,
  registryVariables,
  judgingVariables,
} from '#shared/runtime/env.ts';
import { registryOn } from '#shared/usecases/registry/deps.ts';
import { registrySweepEndpoint } from './endpoint.ts';

const variables = { ...registryVariables(), ...judgingVariables, ...deadLetterVariables };
const environment = environmentOf(variables, process.env);
const ports = registryPorts(environment);
const deadLetters = deadLettersPort(environment, ports);
const deps = registryOn({ ...ports, deadLetters, yaml: yamlTree() }, registrySettings(environment));

export const handler = jobHandler('registry-sweep', registrySweepEndpoint(deps), deps);
