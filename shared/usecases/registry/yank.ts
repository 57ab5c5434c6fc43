import type { ReleaseId } from '#shared/domain/registry/registry-keys.ts';
import { registryKeys } from '#shared/domain/registry/registry-keys.ts';
import { statusNews } from '#shared/domain/registry/promotion.ts';
import { changeStatus, statusDocument, type ReleaseStatus } from '#shared/domain/registry/release-status.ts';
import { requireGrant, type Caller } from '#shared/usecases/caller.ts';
import { neverStoodStill, ROUNDS } from '#shared/usecases/contention.ts';
import type { RegistryDeps } from './deps.ts';
import { project } from './project.ts';
import { requireRelease, shownVersion, type ShownVersion } from './show-package.ts';
import { statusOf } from './standings.ts';

export interface YankInput extends ReleaseId {
  readonly caller: Caller;
  readonly reason: string;
}

interface Changed {
  readonly before: ReleaseStatus | undefined;
  readonly after: ReleaseStatus | undefined;
}

/** By compare-and-swap; `after` is what stands there, whoever wrote it. */
const changeTo = async (deps: RegistryDeps, input: YankInput, yanked: boolean): Promise<Changed> => {
  const key = registryKeys.ofRelease(input, 'status');
  const { reason, caller } = input;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await statusOf(deps)(input);
    const change = { yanked, reason, by: caller.subject, at: deps.clock.now() };
    const after = changeStatus(before?.value, change);
    if (!after) return { before: before?.value, after: before?.value };
    const swapped = await deps.files.swap(key, before?.etag ?? null, statusDocument(after));
    if (swapped) return { before: before?.value, after };
  }
  throw neverStoodStill(`${input.developer}/${input.name} ${input.version}`);
};

const change =
  (action: 'yank' | 'unyank') =>
  (deps: RegistryDeps) =>
  async (input: YankInput): Promise<ShownVersion> => {
    const { caller, reason } = input;
    requireGrant(caller, 'registry');
    const release = await requireRelease(deps)(input);
    const { before, after } = await changeTo(deps, input, action === 'yank');
    if (after !== before) {
      deps.telemetry.audit({
        action,
        service: `${input.developer}/${input.name}/${input.version}`,
        subject: caller.subject,
        source: caller.source,
        reason,
        before: { yanked: before?.yanked ?? false },
        after: { yanked: after?.yanked ?? false },
      });
    }
    // Also when it was so already: whoever did it may not have come this far.
    const [failed] = await project(deps)([{ developer: input.developer, name: input.name }]);
    if (failed) throw failed.cause;
    if (after) await deps.announcer.announce(statusNews(release, after, deps.codec.sha256));
    return shownVersion(release, after);
  };

/** Hides a version from whoever does not name it. It stays, and is never used again. */
export const yank = change('yank');

/** Shows it again. */
export const unyank = change('unyank');
