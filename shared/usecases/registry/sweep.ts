import type { JudgingDeps } from './deps.ts';
import { projectDevelopers, projectRegistry } from './project.ts';
import { sweepReleases } from './sweep-releases.ts';
import { sweepUploads } from './sweep-uploads.ts';

/**
 * Sees to whatever events alone do not: uploads whose time is up, releases that were begun and not ended, an index
 * that is older than its releases or cannot be read. One part that fails does not keep the others from being done.
 */
export const sweep = (deps: JudgingDeps) => async (): Promise<void> => {
  const failures: unknown[] = [];
  const parts: readonly (() => Promise<readonly unknown[]>)[] = [
    () => sweepReleases(deps),
    async () => (await projectRegistry(deps, []), []),
    async () => (await projectDevelopers(deps, 'all'), []),
    // Last, because it looks into packages: that may take all the time there is.
    () => sweepUploads(deps),
  ];
  for (const part of parts) {
    try {
      failures.push(...(await part()));
    } catch (cause) {
      failures.push(cause);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} parts of the sweep failed`);
};
