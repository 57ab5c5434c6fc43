import { controlKeys, parseDeveloperKey } from '#shared/domain/lifecycle/control-keys.ts';
import { passed, refused } from '#shared/domain/registry/checked.ts';
import {
  isOwnedBy,
  principalOf,
  readDeveloper,
  UNREGISTERED,
  type Developer,
} from '#shared/domain/registry/developer.ts';
import type { SigningKey } from '#shared/domain/registry/signature.ts';
import type { Checked } from '#shared/domain/registry/verdict.ts';
import type { RegistryDeps } from './deps.ts';
import { severally } from './standings.ts';

type DeveloperDeps = Pick<RegistryDeps, 'docs' | 'settings'>;

/** A registered developer. A document that is not as it must be is nobody's to guess at: it throws. */
export const findDeveloper =
  ({ docs }: Pick<RegistryDeps, 'docs'>) =>
  async (id: string): Promise<Developer | undefined> => {
    const stored = await docs.read(controlKeys.developer(id));
    if (!stored) return undefined;
    const reading = readDeveloper(stored.value);
    if (!reading.ok) throw new Error(`${controlKeys.developer(id)}: ${reading.problem}`);
    return reading.developer;
  };

/** On whose terms an upload is judged. */
export const termsOf =
  ({ docs, settings }: DeveloperDeps) =>
  async (id: string): Promise<Checked<Developer>> => {
    const developer = await findDeveloper({ docs })(id);
    if (developer) return passed(developer);
    return settings.unregistered === 'allow' ? passed(UNREGISTERED) : refused('DEVELOPER_UNKNOWN', { actual: id });
  };

/** Who put it there, as far as the bucket tells. */
export interface Uploader {
  readonly principal: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What whoever signs uploads for others says of them is proof, because nobody else can sign it. */
const isSignedFor = (developer: string, metadata: Uploader['metadata']): boolean =>
  metadata['developer'] === developer && metadata['caller'] !== undefined;

/** The developer's terms, for an upload that was made by one of theirs: the path alone is not proof of it. */
export const admit =
  (deps: DeveloperDeps) =>
  async (id: string, { principal, metadata }: Uploader): Promise<Checked<Developer>> => {
    const { settings } = deps;
    const terms = await termsOf(deps)(id);
    if (!terms.ok || settings.unregistered === 'allow') return terms;
    const isOwn = principal !== null && isOwnedBy(terms.value, principal);
    const isForOthers = principal !== null && principalOf(principal) === settings.uploader;
    if (isOwn || (isForOthers && isSignedFor(id, metadata))) return terms;
    return refused('PRINCIPAL_MISMATCH', { actual: principal === null ? 'nobody' : principalOf(principal) });
  };

/** The keys of every registered developer. Of one whose document cannot be read there are none. */
export const signingKeys =
  ({ docs }: Pick<RegistryDeps, 'docs'>) =>
  async (
    onUnreadable: (developer: string, cause: unknown) => void,
  ): Promise<ReadonlyMap<string, readonly SigningKey[]>> => {
    const ids = (await docs.keys(controlKeys.developers)).map(parseDeveloperKey).filter((id) => id !== undefined);
    const rows = await severally(ids, async (id): Promise<readonly [string, readonly SigningKey[]]> => {
      try {
        return [id, (await findDeveloper({ docs })(id))?.keys ?? []];
      } catch (cause) {
        onUnreadable(id, cause);
        return [id, []];
      }
    });
    return new Map(rows);
  };
