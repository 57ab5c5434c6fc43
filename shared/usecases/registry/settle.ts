import { registryKeys } from '#shared/domain/registry/registry-keys.ts';
import { readInstant } from '#shared/domain/registry/shape.ts';
import { isLater } from '#shared/domain/registry/upload-order.ts';
import { ROUNDS } from '#shared/usecases/contention.ts';
import type { Versioned } from '#shared/usecases/documents.ts';
import type { JudgingDeps } from './deps.ts';
import { admit, termsOf } from './developers.ts';
import { judge, type Opinion } from './judge.ts';
import { completeProof, type Publication } from './publish.ts';
import { tellAndClear } from './clear.ts';
import { publishAlone } from './make-known.ts';
import { arrivalOf, isFinal, readResult, type Filing, type Result } from './results.ts';
import { file, sceneOf, verdictOn, type Scene, type Subject } from './scene.ts';

/** What is left to do: a publication is made visible with others of its batch. */
export type Settled = { readonly is: 'done' } | ({ readonly is: 'released' } & Publication);

type Step = Settled | 'again';

const DONE: Settled = { is: 'done' };

const isProvenOnly = (result: Result): boolean => !isFinal(result) && result.progress.proof !== null;

const told = async (deps: JudgingDeps, result: Result | undefined): Promise<Step> => {
  if (!result) return 'again';
  await tellAndClear(deps)(result);
  return DONE;
};

const reject = async (
  deps: JudgingDeps,
  scene: Scene,
  opinion: Omit<Extract<Opinion, { is: 'rejected' }>, 'is'>,
): Promise<Step> => {
  const { fault, release, sha256, companions } = opinion;
  const verdict = verdictOn(deps, scene, { ...fault, ...(release && { release }) }, sha256);
  const filing: Filing = { arrival: scene.arrival, verdict, companions };
  return told(deps, await file(deps, scene, filing));
};

const supersede = async (deps: JudgingDeps, scene: Scene): Promise<Step> => {
  const filing: Filing = { arrival: scene.arrival, verdict: verdictOn(deps, scene, { code: 'SUPERSEDED' }) };
  return told(deps, await file(deps, scene, filing));
};

/** Goes without a word: what is said under its key is of something newer, and stays. */
const giveWay = async (deps: JudgingDeps, { key, version: { versionId } }: Scene): Promise<Step> => {
  await deps.registry.deleteVersion(key, versionId);
  deps.telemetry.event('upload.superseded', { key, versionId });
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
  const result = await file(deps, scene, filing);
  return result ? completed(deps, result, body) : 'again';
};

/** What was proven is published or refused by that alone, whatever has come since. */
const completed = async (deps: JudgingDeps, result: Result, body?: Uint8Array): Promise<Settled> => {
  const publication = await completeProof(deps)(result, body);
  return publication ? { is: 'released', ...publication } : DONE;
};

/** When it was first said to wait; or now. */
const seenAtOf = ({ clock }: JudgingDeps, { isOwn, present }: Scene): number =>
  (isOwn ? readInstant(present?.value.at) : undefined) ?? clock.now();

const consider = async (deps: JudgingDeps, scene: Scene): Promise<Step> => {
  const { subject, version, present, isOwn } = scene;
  const { developer } = subject.upload;
  const { principal } = subject;
  const terms =
    isOwn || principal === undefined
      ? await termsOf(deps)(developer)
      : await admit(deps)(developer, { principal, metadata: version.metadata });
  if (!terms.ok) return reject(deps, scene, { fault: terms.fault, companions: [] });
  const seenAt = seenAtOf(deps, scene);
  const opinion = await judge(deps)({ upload: subject.upload, version, terms: terms.value, seenAt });
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
  const { present, isOwn, arrival } = scene;
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
  if (isOwn) return undefined;
  const known = arrivalOf(present.value);
  // Something newer has been here: this one came to light again when that went, or its news is late.
  if (isLater(known, arrival)) return giveWay(deps, scene);
  // Which of the two is newer, only its own news can say.
  return known.sequencer !== null && arrival.sequencer === null ? DONE : undefined;
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
  if (!current || current.versionId === subject.versionId) return consider(deps, scene);
  return present?.value.upload.versionId === current.versionId ? giveWay(deps, scene) : supersede(deps, scene);
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
