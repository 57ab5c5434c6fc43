import { developerOf } from '#shared/domain/registry/registry-keys.ts';
import { rejectedNews } from '#shared/domain/registry/promotion.ts';
import type { RegistryDeps } from './deps.ts';
import { verdictIn, type Result } from './results.ts';

type ClearDeps = Pick<RegistryDeps, 'registry' | 'announcer' | 'codec' | 'telemetry'>;

const tell = async ({ announcer, codec, telemetry }: ClearDeps, result: Result): Promise<void> => {
  const { verdict, code, upload } = result;
  const developer = developerOf(upload.key);
  if (verdict !== 'rejected' || developer === undefined) return;
  await announcer.announce(rejectedNews(developer, verdictIn(result), codec.sha256));
  telemetry.event('package.rejected', { key: upload.key, versionId: upload.versionId, code });
  telemetry.metric('PackagesRejected', 1, { developer, code });
};

/**
 * What follows the last word on an upload: whoever wants to know of refusals is told, and then exactly what was judged
 * goes, the package last. A part of it may have happened already, and newer uploads are not touched.
 */
export const tellAndClear =
  (deps: ClearDeps) =>
  async (result: Result): Promise<void> => {
    await tell(deps, result);
    for (const { key, versionId } of result.progress.companions) await deps.registry.deleteVersion(key, versionId);
    const { key, versionId } = result.upload;
    if (versionId !== null) await deps.registry.deleteVersion(key, versionId);
  };
