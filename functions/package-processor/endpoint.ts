import { onUploadMessages } from '#shared/jobs/upload-messages.ts';
import type { JudgingDeps } from '#shared/usecases/registry/deps.ts';
import { processUploads } from '#shared/usecases/registry/process-uploads.ts';

/** What the queue tells of uploads. Answers with what it shall tell again; throws when that is everything. */
export const packageProcessorEndpoint = (deps: JudgingDeps) =>
  onUploadMessages({ telemetry: deps.telemetry, handle: processUploads(deps) });
