import { Refusal } from '#shared/domain/errors.ts';
import { parseUploadKey, registryKeys, type UploadKey } from '#shared/domain/registry/registry-keys.ts';
import type { Verdict } from '#shared/domain/registry/verdict.ts';
import type { RegistryDeps } from './deps.ts';
import { readResult, verdictIn } from './results.ts';

export interface VerdictInput {
  readonly developer: string;
  /** The package's file name, with or without `.apkg`; or that of a checksum or signature, as a whole. */
  readonly file: string;
}

const uploadNamed = ({ developer, file }: VerdictInput): UploadKey =>
  parseUploadKey(`${registryKeys.uploadsOf(developer)}${file}`) ?? { developer, file, kind: 'package' };

/** What became of an upload. */
export const verdictOf =
  ({ files }: Pick<RegistryDeps, 'files'>) =>
  async (input: VerdictInput): Promise<Verdict> => {
    const key = registryKeys.upload(uploadNamed(input));
    const result = await readResult({ files })(key);
    if (!result) throw new Refusal('package-not-found', `no upload at ${key}`);
    return verdictIn(result.value);
  };
