import { registryKeys, resultKey } from '#shared/domain/registry/registry-keys.ts';
import { isLater } from '#shared/domain/registry/upload-order.ts';
import { toVerdict, type Fault } from '#shared/domain/registry/verdict.ts';
import { ROUNDS } from '#shared/usecases/contention.ts';
import { tellAndClear } from './clear.ts';
import type { RegistryDeps } from './deps.ts';
import { arrivalOf, isFinal, isSameUpload, readResult, toResult, writeResult, type Arrival } from './results.ts';

/** Something under uploads/ that no package is judged with, and what is wrong with it. */
export interface Stray {
  readonly key: string;
  readonly versionId: string;
  readonly sequencer: string | null;
  readonly fault: Fault;
}

/** Says the last word, unless it was said or something newer has come; true when there is nothing left to do. */
const tryToFile = async (deps: RegistryDeps, arrival: Arrival, size: number, fault: Fault): Promise<boolean> => {
  const { key, versionId } = arrival;
  const present = await readResult(deps)(key);
  const isOwn = present !== undefined && isSameUpload(arrivalOf(present.value), arrival);
  if (present && isOwn && isFinal(present.value)) {
    await tellAndClear(deps)(present.value);
    return true;
  }
  if (present && !isOwn && isLater(arrivalOf(present.value), arrival)) {
    await deps.registry.deleteVersion(key, versionId);
    return true;
  }
  const verdict = toVerdict({ ...fault, upload: { key, versionId, size, sha256: null } }, deps.clock.now());
  const result = toResult({ arrival, verdict });
  if (!(await writeResult(deps)(present, result))) return false;
  await tellAndClear(deps)(result);
  return true;
};

/** Refuses what is no package, and clears it away. Where nobody can be told, it is only logged. */
export const rejectStray =
  (deps: RegistryDeps) =>
  async ({ key, versionId, sequencer, fault }: Stray): Promise<void> => {
    // Whatever an event says: nothing is ever cleared away elsewhere.
    if (!key.startsWith(registryKeys.uploads)) throw new Error(`no upload: ${JSON.stringify(key)}`);
    const version = await deps.registry.stat(key, versionId);
    if (!version) return;
    if (resultKey(key) === undefined) {
      deps.telemetry.event('package.rejected', { key, versionId, code: fault.code });
      await deps.registry.deleteVersion(key, versionId);
      return;
    }
    const arrival: Arrival = { key, versionId, uploadedAt: version.modifiedAt, sequencer };
    for (let round = 0; round < ROUNDS; round += 1) {
      if (await tryToFile(deps, arrival, version.size, fault)) return;
    }
    throw new Error(`the verdict on ${key} never stood still`);
  };
