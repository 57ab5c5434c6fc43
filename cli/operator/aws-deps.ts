import { deadLettersPort, registryPorts } from '#shared/adapters/aws/registry-ports.ts';
import { yamlTree } from '#shared/adapters/yaml-tree.ts';
import type { Telemetry } from '#shared/ports/telemetry.ts';
import {
  deadLetterVariables,
  environmentOf,
  judgingVariables,
  registrySettings,
  registryVariables,
} from '#shared/runtime/env.ts';
import { registryOn } from '#shared/usecases/registry/deps.ts';
import { Failure } from '../failure.ts';
import type { OperatedRegistry } from './registry-of.ts';

const read = (names: Readonly<Record<string, string>>) => {
  try {
    return environmentOf({ ...registryVariables(), ...judgingVariables, ...deadLetterVariables }, names);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const fix = 'it must be the environment of the function registry-sweep of this version';
    throw new Failure('usage', message, { code: 'aws-unusable', fix, cause });
  }
};

/** The registry on AWS, as its function registry-sweep sees it, and with one's own permissions. */
export const awsDeps = (
  names: Readonly<Record<string, string>>,
  telemetry: Telemetry,
): Omit<OperatedRegistry, 'by'> => {
  const environment = read(names);
  const ports = registryPorts(environment);
  const audit: Telemetry['audit'] = (entry) => telemetry.event('audit', { ...entry });
  const deps = registryOn(
    { ...ports, yaml: yamlTree(), telemetry: { ...telemetry, audit } },
    registrySettings(environment),
  );
  return { deps, deadLetters: deadLettersPort(environment, ports) };
};
