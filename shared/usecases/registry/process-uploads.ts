import type { JudgingDeps } from './deps.ts';
import { publishAll } from './make-known.ts';
import type { Publication } from './publish.ts';
import { receive } from './receive.ts';
import type { EventOutcome, UploadEvent } from './upload-event.ts';

/** What one event has led to, or how it failed. */
type Received = { readonly publication?: Publication } | { readonly cause: unknown };

const nameOf = ({ result }: Publication): string => `${result.upload.key} ${result.upload.versionId}`;

const isReleased = (received: Received): received is { readonly publication: Publication } =>
  'publication' in received && received.publication !== undefined;

const tryToReceive = async (deps: JudgingDeps, event: UploadEvent): Promise<Received> => {
  try {
    const settled = await receive(deps)(event);
    return settled.is === 'released' ? { publication: settled } : {};
  } catch (cause) {
    return { cause };
  }
};

/**
 * From uploads to releases or verdicts: a batch of events, each with its own outcome, in the order they came. One
 * after the other, because each package is in memory as a whole; what the releases have in common is written once.
 */
export const processUploads =
  (deps: JudgingDeps) =>
  async (events: readonly UploadEvent[]): Promise<readonly EventOutcome[]> => {
    const received: Received[] = [];
    for (const event of events) received.push(await tryToReceive(deps, event));
    const released = received.filter(isReleased).map(({ publication }) => publication);
    // Several events may tell of one upload.
    const publications = [...new Map(released.map((publication) => [nameOf(publication), publication])).values()];
    const published = await publishAll(deps)(publications);
    const failures = new Map(publications.map((publication, index) => [nameOf(publication), published[index]]));
    const failureOf = (each: Received): { readonly cause: unknown } | undefined => {
      if ('cause' in each) return each;
      return isReleased(each) ? failures.get(nameOf(each.publication)) : undefined;
    };
    const outcomes = received.map((each, index): EventOutcome => {
      const failure = failureOf(each);
      if (!failure) return 'done';
      const { key, versionId } = events[index] ?? {};
      deps.telemetry.failure('upload.failed', failure.cause, { key, versionId });
      return 'retry';
    });
    deps.telemetry.metric('UploadFailures', outcomes.filter((outcome) => outcome === 'retry').length);
    return outcomes;
  };
