import { publishedNews } from '#shared/domain/registry/promotion.ts';
import type { PackageId } from '#shared/domain/registry/registry-keys.ts';
import type { RegistryDeps } from './deps.ts';
import { failureOf, type Failed } from './failed.ts';
import { project, type Outcomes } from './project.ts';
import { completeProof, concludeProof, type Publication } from './publish.ts';
import { arrivalOf, type Result } from './results.ts';

/** Announces a release that everybody can see, answers its upload, and clears it away: in this order. */
const announceAndConclude =
  (deps: RegistryDeps) =>
  async ({ release, result }: Publication): Promise<void> => {
    const { developer, name, version, sha256, upload } = release;
    await deps.announcer.announce(publishedNews(release, deps.codec.sha256));
    const isOf = upload.key === result.upload.key && upload.versionId === result.upload.versionId;
    // Bytes that come again after they were published may have the same version where no versions are kept.
    const isNew = isOf && release.publishedAt >= arrivalOf(result).uploadedAt;
    await concludeProof(deps)(result, { code: isNew ? 'PUBLISHED' : 'ALREADY_PUBLISHED' });
    deps.telemetry.event('package.published', { developer, name, version, sha256, isNew });
    if (isNew) deps.telemetry.metric('PackagesPublished', 1, { developer, name, version });
  };

const nameOf = ({ developer, name }: PackageId): string => `${developer}/${name}`;

/** Makes releases known: every projection once for all of them, and then each on its own. */
export const publishAll =
  (deps: RegistryDeps) =>
  async (publications: readonly Publication[]): Promise<Outcomes> => {
    const packages = [...new Map(publications.map(({ release }) => [nameOf(release), release])).values()];
    const projected = await project(deps)(packages.map(({ developer, name }) => ({ developer, name })));
    const failures = new Map(packages.map((release, index) => [nameOf(release), projected[index]]));
    const outcomes: (Failed | undefined)[] = [];
    for (const publication of publications) {
      const failure = failures.get(nameOf(publication.release));
      outcomes.push(failure ?? (await failureOf(announceAndConclude(deps)(publication))));
    }
    return outcomes;
  };

/** Everything that is left to do for one upload that is proven. */
export const publishAlone =
  (deps: RegistryDeps) =>
  async (proven: Result): Promise<void> => {
    const publication = await completeProof(deps)(proven);
    if (!publication) return;
    const [failed] = await publishAll(deps)([publication]);
    if (failed) throw failed.cause;
  };
