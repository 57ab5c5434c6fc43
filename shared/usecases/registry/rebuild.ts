import type { RegistryDeps } from './deps.ts';
import { project, projectDevelopers, projectRegistry, readRegistryDocument, releasedPackages } from './project.ts';

export interface Rebuilt {
  readonly packages: number;
  readonly versions: number;
}

/** Computes all that runtimes read anew, from the releases alone. What would be lost by that is kept, and it fails. */
export const rebuild = (deps: RegistryDeps) => async (): Promise<Rebuilt> => {
  const projected = await project(deps)(await releasedPackages(deps));
  const failures = projected.flatMap((failed) => (failed ? [failed.cause] : []));
  await projectRegistry(deps, 'all');
  await projectDevelopers(deps, 'all');
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} packages could not be rebuilt`);
  const packages = (await readRegistryDocument(deps))?.packages ?? [];
  return { packages: packages.length, versions: packages.reduce((sum, { versions }) => sum + versions.length, 0) };
};
