import { registryKeys } from '#shared/domain/registry/registry-keys.ts';
import { isLater } from '#shared/domain/registry/upload-order.ts';
import { ROUNDS } from '#shared/usecases/contention.ts';
import type { Versioned } from '#shared/usecases/documents.ts';
import type { JudgingDeps } from './deps.ts';
import { admit, termsOf } from './developers.ts';
import { judge, type Opinion } from './judge.ts';
import { completeProof, type Publication } from './publish.ts';
import { tellAndClear } from './clear.ts';
import { publishAlone } from './make-known.ts';
import { arrivalOf, isFinal, readResult, toResult, type Filing, type Result } from './results.ts';
import { file, sceneOf, verdictOn, type Scene, type Subject } from './scene.ts';

/** What is left to do: a publication is made visible with others of its batch. */
export type Settled = { readonly is: 'done' } | ({ readonly is: 'released' } & Publication);

type Step = Settled | 'again';

const DONE: Settled = { is: 'done' };

const isProvenOnly = (result: Result): boolean => !isFinal(result) && result.progress.proof !== null;

const reject = async (
  deps: JudgingDeps,
  scene: Scene,
  opinion: Omit<Extract<Opinion, { is: 'rejected' }>, 'is'>,
): Promise<Step> => {
  const { fault, release, sha256, companions } = opinion;
  const verdict = verdictOn(deps, scene, { ...fault, ...(release && { release }) }, sha256);
  const filing: Filing = { arrival: scene.arrival, verdict, companions };
  if (!(await file(deps, scene, filing))) return 'again';
  await tellAndClear(deps)(toResult(filing));
  return DONE;
};

const supersede = async (deps: JudgingDeps, scene: Scene): Promise<Step> => {
  const filing: Filing = { arrival: scene.arrival, verdict: verdictOn(deps, scene, { code: 'SUPERSEDED' }) };
  if (!(await file(deps, scene, filing))) return 'again';
  await tellAndClear(deps)(toResult(filing));
  return DONE;
};

const wait = async (
  deps: JudgingDeps,
  scene: Scene,
  { code, details }: Extract<Opinion, { is: 'waiting' }>,
): Promise<Step> => {
  const { present, isOwn, arrival, key } = scene;
  if (isOwn && present?.value.code === code) return DONE;
  const filing: Filing = { arrival, verdict: verdictOn(deps, scene, { code, details }) };
  if (await file(deps, scene, filing)) deps.telemetry.event('upload.waiting', { key, code });
  // Whatever came before this was filed found nobody to tell; so it is looked at once more.
  return 'again';
};

const prove = async (deps: JudgingDeps, scene: Scene, opinion: Extract<Opinion, { is: 'proven' }>): Promise<Step> => {
  const { body, sha256, release, signature, warnings, companions } = opinion;
  const verdict = verdictOn(deps, scene, { code: 'PUBLISHING', release, warnings }, sha256);
  const proof = { release, sha256, signature };
  const filing: Filing = { arrival: scene.arrival, verdict, companions, proof };
  if (!(await file(deps, scene, filing))) return 'again';
  return completed(deps, toResult(filing), body);
};

/** What was proven is published or refused by that alone, whatever has come since. */
const completed = async (deps: JudgingDeps, result: Result, body?: Uint8Array): Promise<Settled> => {
  const publication = await completeProof(deps)(result, body);
  return publication ? { is: 'released', ...publication } : DONE;
};

const consider = async (deps: JudgingDeps, scene: Scene): Promise<Step> => {
  const { subject, version, present, isOwn } = scene;
  const { developer } = subject.upload;
  const { principal } = subject;
  const terms =
    isOwn || principal === undefined
      ? await termsOf(deps)(developer)
      : await admit(deps)(developer, { principal, metadata: version.metadata });
  if (!terms.ok) return reject(deps, scene, { fault: terms.fault, companions: [] });
  const opinion = await judge(deps)({ upload: subject.upload, version, terms: terms.value });
  switch (opinion.is) {
    case 'gone':
      return present && isOwn ? supersede(deps, scene) : DONE;
    case 'waiting':
      return wait(deps, scene, opinion);
    case 'rejected':
      return reject(deps, scene, opinion);
    case 'proven':
      return prove(deps, scene, opinion);
  }
};

/** What somebody began and did not end comes first: an older upload that is proven, or a word that was said already. */
const finishOthers = async (deps: JudgingDeps, scene: Scene): Promise<Step | undefined> => {
  const { present, isOwn, key, version, arrival } = scene;
  if (!present) return undefined;
  if (isOwn && isFinal(present.value)) {
    await tellAndClear(deps)(present.value);
    return DONE;
  }
  if (isProvenOnly(present.value)) {
    if (isOwn) return completed(deps, present.value);
    await publishAlone(deps)(present.value);
    return 'again';
  }
  if (isOwn || !isLater(arrivalOf(present.value), arrival)) return undefined;
  // Something newer has been here: this one came to light again when that went, or its news is late.
  await deps.registry.deleteVersion(key, version.versionId);
  deps.telemetry.event('upload.superseded', { key, versionId: version.versionId });
  return DONE;
};

/** Of what is gone only what was proven is still of interest. */
const withoutBytes = async (deps: JudgingDeps, present: Versioned<Result> | undefined, versionId: string) => {
  const isOwn = present?.value.upload.versionId === versionId;
  return present && isOwn && isProvenOnly(present.value) ? completed(deps, present.value) : DONE;
};

/** Who put it there and in which order is told with its own news, and nobody else can say. */
const mayConsider = ({ settings }: JudgingDeps, { subject, isOwn }: Scene): boolean =>
  isOwn || subject.principal !== undefined || settings.unregistered === 'allow';

const advance = async (deps: JudgingDeps, subject: Subject, key: string): Promise<Step> => {
  const present = await readResult(deps)(key);
  const version = await deps.registry.stat(key, subject.versionId);
  if (!version) return withoutBytes(deps, present, subject.versionId);
  const scene = sceneOf(subject, version, present);
  const finished = await finishOthers(deps, scene);
  if (finished) return finished;
  if (!mayConsider(deps, scene)) return DONE;
  const current = await deps.registry.stat(key);
  return current && current.versionId !== subject.versionId ? supersede(deps, scene) : consider(deps, scene);
};

/**
 * Brings one upload as far as it can come now. Anybody may do it at any time, several at once and over again: what is
 * decided is decided by compare-and-swap on its result, and all that follows from that is done by whoever sees it.
 */
export const settle =
  (deps: JudgingDeps) =>
  async (subject: Subject): Promise<Settled> => {
    const key = registryKeys.upload(subject.upload);
    for (let round = 0; round < ROUNDS; round += 1) {
      const step = await advance(deps, subject, key);
      if (step !== 'again') return step;
    }
    throw new Error(`${key} never stood still`);
  };
