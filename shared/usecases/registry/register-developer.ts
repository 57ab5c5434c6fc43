import { controlKeys, parseDeveloperKey } from '#shared/domain/lifecycle/control-keys.ts';
import { readDeveloper, type Developer } from '#shared/domain/registry/developer.ts';
import type { RegistryDeps } from './deps.ts';
import { projectDevelopers } from './project.ts';
import { severally } from './standings.ts';

export interface NewDeveloper {
  readonly id: string;
  /** As it will be read: `readDeveloper` has found nothing wrong with it. */
  readonly document: object;
  /** Who wants it. */
  readonly by: string;
}

/** Writes a developer's document, where there is none, and makes it known; false: there is one, and it stays as it is. */
export const registerDeveloper =
  (deps: RegistryDeps) =>
  async ({ id, document, by }: NewDeveloper): Promise<boolean> => {
    const written = await deps.docs.swap(controlKeys.developer(id), null, document);
    if (!written) return false;
    const who = { subject: by, source: by, service: id };
    deps.telemetry.audit({
      action: 'register-developer',
      ...who,
      reason: null,
      before: {},
      after: { registered: true },
    });
    await projectDevelopers(deps, 'all');
    return true;
  };

/** A developer as registered, or what is wrong with the document. */
export type Registered =
  | { readonly id: string; readonly developer: Developer }
  | { readonly id: string; readonly problem: string };

/** Everybody who has a document, also those for whom nothing is published until it is mended. */
export const registeredDevelopers =
  ({ docs }: Pick<RegistryDeps, 'docs'>) =>
  async (): Promise<readonly Registered[]> => {
    const ids = (await docs.keys(controlKeys.developers)).map(parseDeveloperKey).filter((id) => id !== undefined);
    return severally(ids, async (id): Promise<Registered> => {
      const stored = await docs.readCache<object>(controlKeys.developer(id), () => true);
      const reading = readDeveloper(stored.value);
      return reading.ok ? { id, developer: reading.developer } : { id, problem: reading.problem };
    });
  };
