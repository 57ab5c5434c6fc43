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

/** Files what is known now. What was waiting in its place is superseded by that, and goes. */
export const file = async (deps: RegistryDeps, scene: Scene, filing: Filing): Promise<boolean> => {
  const { present, isOwn, key } = scene;
  if (!(await writeResult(deps)(present, toResult(filing)))) return false;
  const replaced = present?.value.upload.versionId;
  if (!isOwn && present && !isFinal(present.value) && replaced) {
    deps.telemetry.event('upload.superseded', { key, versionId: replaced });
    // Where versions are named by their bytes, the one that was replaced may be this one again.
    if (replaced !== scene.version.versionId) await deps.registry.deleteVersion(key, replaced);
  }
  return true;
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
