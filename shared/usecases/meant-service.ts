import { Refusal } from '#shared/domain/errors.ts';
import type { Caller } from '#shared/usecases/caller.ts';
import type { Deps } from '#shared/usecases/deps.ts';

export interface MeantServiceInput {
  /** `undefined`: the caller names none. */
  readonly named: string | undefined;
  readonly caller: Caller;
}

/** Which service a caller means: the one it names, else the default, else the only one there is for it. */
export const meantService =
  ({ directory, settings }: Pick<Deps, 'directory' | 'settings'>) =>
  async ({ named, caller: { grant } }: MeantServiceInput): Promise<string> => {
    const known = named ?? settings.defaultService;
    if (known !== undefined) return known;
    const all = await directory.all();
    const [only, ...others] = all.filter(({ service }) => !grant.services || grant.services.includes(service));
    if (only && others.length === 0) return only.service;
    throw new Refusal('invalid-input', 'service must be named, for there is not exactly one', { field: 'service' });
  };
