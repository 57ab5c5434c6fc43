import * as z from 'zod/mini';
import type { SQSBatchResponse } from 'aws-lambda';
import { principalOf } from '#shared/domain/registry/developer.ts';
import { decodeEventKey } from '#shared/domain/registry/registry-keys.ts';
import type { Telemetry } from '#shared/ports/telemetry.ts';

/** Of a queue's batch only this is read. */
const batch = z.object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) });

type Message = z.infer<typeof batch>['Records'][number];

/** What S3 tells of one object. Later editions of it may say more. */
const told = z.object({
  eventName: z.string(),
  eventTime: z.string(),
  userIdentity: z.optional(z.object({ principalId: z.optional(z.string()) })),
  s3: z.object({
    object: z.object({
      key: z.string(),
      versionId: z.string(),
      size: z.number(),
      eTag: z.string(),
      sequencer: z.optional(z.string()),
    }),
  }),
});

/** One message may tell of several; the one that S3 sends to try the queue tells of none. */
const notification = z.object({ Records: z.optional(z.array(told)) });

/** An object that has come to be, as the use cases hear of it. */
interface Arrival {
  readonly key: string;
  readonly versionId: string;
  readonly size: number;
  readonly etag: string;
  readonly principal: string | null;
  readonly at: number;
  readonly sequencer: string | null;
}

const arrivalOf = ({ eventTime, userIdentity, s3: { object } }: z.infer<typeof told>): Arrival => ({
  // What nobody encoded is judged by what stands there.
  key: decodeEventKey(object.key) ?? object.key,
  versionId: object.versionId,
  size: object.size,
  // Events leave the quotes out.
  etag: `"${object.eTag.replaceAll('"', '')}"`,
  principal: userIdentity?.principalId === undefined ? null : principalOf(userIdentity.principalId),
  at: instantOf(eventTime),
  sequencer: object.sequencer ?? null,
});

const instantOf = (time: string): number => {
  const at = Date.parse(time);
  if (Number.isNaN(at)) throw new Error('eventTime is no instant');
  return at;
};

const arrivalsIn = ({ body }: Message): readonly Arrival[] => {
  const { Records = [] } = z.parse(notification, JSON.parse(body));
  // Only what came to be: the subscription names nothing else, and a deletion is nobody's upload.
  return Records.filter(({ eventName }) => eventName.startsWith('ObjectCreated:')).map(arrivalOf);
};

export interface UploadMessagesOptions {
  readonly telemetry: Telemetry;
  /** An outcome for each, in their order. */
  readonly handle: (arrivals: readonly Arrival[]) => Promise<readonly ('done' | 'retry')[]>;
}

const reader =
  (telemetry: Telemetry) =>
  (message: Message): readonly Arrival[] | undefined => {
    try {
      const arrivals = arrivalsIn(message);
      if (arrivals.length === 0) telemetry.event('upload-message.ignored', { because: 'it tells of no upload' });
      return arrivals;
    } catch (cause) {
      telemetry.failure('upload-message.refused', cause, { messageId: message.messageId });
      return undefined;
    }
  };

/**
 * A batch of a queue into which S3 tells what was uploaded. Answers with the messages to deliver again: one is done
 * when all that it tells of is. One that cannot be read is never done: it ends where a person finds it.
 */
export const onUploadMessages = ({ telemetry, handle }: UploadMessagesOptions) => {
  const read = reader(telemetry);
  return async (event: unknown): Promise<SQSBatchResponse> => {
    const letters = z.parse(batch, event).Records.map((message) => ({ message, arrivals: read(message) }));
    const arrivals = letters.flatMap((each) => each.arrivals ?? []);
    const outcomes = arrivals.length === 0 ? [] : await handle(arrivals);
    const again = new Set(arrivals.filter((_, index) => outcomes[index] !== 'done'));
    const failed = letters.filter((each) => !each.arrivals || each.arrivals.some((arrival) => again.has(arrival)));
    return { batchItemFailures: failed.map(({ message }) => ({ itemIdentifier: message.messageId })) };
  };
};
