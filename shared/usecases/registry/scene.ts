import type { UploadKey } from '#shared/domain/registry/registry-keys.ts';
import { toVerdict, type Judgement, type Verdict } from '#shared/domain/registry/verdict.ts';
import type { ObjectVersion } from '#shared/ports/versioned-objects.ts';
import type { Versioned } from '#shared/usecases/documents.ts';
import type { RegistryDeps } from './deps.ts';
import {
  arrivalOf,
  isFinal,
  isSameUpload,
  toResult,
  writeResult,
  type Arrival,
  type Companion,
  type Filing,
  type Result,
} from './results.ts';

/** A package that lies under uploads/, or did. */
export interface Subject {
  readonly upload: UploadKey;
  readonly versionId: string;
  readonly sequencer: string | null;
  /** Who put it there, as its own news says; absent without them: then it has to have been let in before. */
  readonly principal?: string | null;
}

/** An upload, and what is said so far under its key. */
export interface Scene {
  readonly subject: Subject;
  readonly key: string;
  readonly version: ObjectVersion;
  readonly arrival: Arrival;
  readonly present: Versioned<Result> | undefined;
  /** Whether what stands there is about this very upload. */
  readonly isOwn: boolean;
}

export const sceneOf = (subject: Subject, version: ObjectVersion, present: Versioned<Result> | undefined): Scene => {
  const { key, versionId, modifiedAt: uploadedAt } = version;
  const arrival: Arrival = { key, versionId, uploadedAt, sequencer: subject.sequencer };
  const known = present && arrivalOf(present.value);
  const isOwn = known !== undefined && isSameUpload(known, arrival);
  // Told again by somebody who did not hear the news, it is still as new as it was.
  const sequencer = arrival.sequencer ?? (isOwn ? known.sequencer : null);
  return { subject, key, version, arrival: { ...arrival, sequencer }, present, isOwn };
};

/** The upload that waits in the place of this one; where versions are named by their bytes, it may be this one again. */
const waitingBefore = ({ present, isOwn, key, version }: Scene): readonly Companion[] => {
  const versionId = present?.value.upload.versionId ?? version.versionId;
  const isBefore = present !== undefined && !isOwn && !isFinal(present.value) && versionId !== version.versionId;
  return isBefore ? [{ key, versionId }] : [];
};

/** Those that were written down before, and should be gone by now. */
const leftBehind = ({ present, key, version }: Scene): readonly Companion[] => {
  const companions = present && !isFinal(present.value) ? present.value.progress.companions : [];
  return companions.filter((each) => each.key === key && each.versionId !== version.versionId);
};

/**
 * Files what is known now, and answers with what stands there then; `undefined`: somebody else was first. What waited
 * in its place is superseded by that, and goes: that is written down, since nobody else would know of it if whoever
 * takes it away dies before.
 */
export const file = async (deps: RegistryDeps, scene: Scene, filing: Filing): Promise<Result | undefined> => {
  const { registry, telemetry } = deps;
  for (const { key, versionId } of leftBehind(scene)) await registry.deleteVersion(key, versionId);
  const before = waitingBefore(scene);
  const result = toResult({ ...filing, companions: [...before, ...(filing.companions ?? [])] });
  if (!(await writeResult(deps)(scene.present, result))) return undefined;
  for (const { key, versionId } of before) {
    telemetry.event('upload.superseded', { key, versionId });
    await registry.deleteVersion(key, versionId);
  }
  return result;
};

export const verdictOn = (
  deps: RegistryDeps,
  { version }: Scene,
  said: Omit<Judgement, 'upload'>,
  sha256?: string,
): Verdict => {
  const { key, versionId, size } = version;
  return toVerdict({ ...said, upload: { key, versionId, size, sha256: sha256 ?? null } }, deps.clock.now());
};
