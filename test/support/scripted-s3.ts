import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';

/** A request as it would go over the wire. */
interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

/** What S3 does with one request in place of what it was asked for; `serve` does that. */
type Fault = (serve: () => Answer) => Answer;

interface Kept {
  readonly body: Uint8Array;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly modifiedAt: Date;
}

export interface ScriptedS3 {
  readonly client: S3Client;
  readonly bucket: string;
  /** Requests so far, retries too: the method and the condition. */
  readonly requests: readonly string[];
  /** What becomes of the next requests, one after the other; then all is well again. */
  readonly play: (...faults: readonly Fault[]) => void;
}

const BUCKET = 'scripted';
export const ATTEMPTS = 3;

/**
 * One bucket of S3 in memory, below the SDK: the client's own serialisers and retries run, without its pauses.
 * It remembers what was done, and does on request what S3 does on a bad day.
 */
export const scriptedS3 = (): ScriptedS3 => {
  const objects = new Map<string, Kept>();
  const requests: string[] = [];
  const script: Fault[] = [];

  const client = new S3Client({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    endpoint: 'http://s3.invalid',
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    retryStrategy: new ConfiguredRetryStrategy(ATTEMPTS, 0),
    requestHandler: {
      handle: async (request: Request) => {
        requests.push(shown(request));
        const serve = (): Answer => served(objects, request);
        return { response: script.shift()?.(serve) ?? serve() };
      },
    },
  });

  return { client, bucket: BUCKET, requests, play: (...faults) => void script.push(...faults) };
};

/** Refuses, and does nothing. */
export const refuse =
  (statusCode: number, code: string): Fault =>
  () =>
    refusal(statusCode, code);

/** Refuses without saying why, as something between us and S3 would. */
export const refuseWordlessly =
  (statusCode: number): Fault =>
  () =>
    answer(statusCode);

/** Does it, and the answer is lost. */
export const loseAnswer: Fault = (serve) => {
  serve();
  throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
};

/** Answers with half a body. */
export const breakOff: Fault = (serve) => {
  const broken = new Readable({ read: () => void broken.destroy(new Error('aborted')) });
  return { ...serve(), body: broken };
};

/** Answers with this XML. */
export const answerWith =
  (xml: string): Fault =>
  () =>
    answer(200, {}, xml);

const answer = (statusCode: number, headers: Answer['headers'] = {}, body: string | Uint8Array = ''): Answer => ({
  statusCode,
  headers,
  body: Readable.from(body.length > 0 ? [Buffer.from(body)] : []),
});

const refusal = (statusCode: number, code: string): Answer =>
  answer(statusCode, {}, `<Error><Code>${code}</Code><Message>refused: ${code}</Message></Error>`);

const conditionOf = ({ headers }: Request): string | undefined => headers['if-match'] ?? headers['if-none-match'];

const shown = (request: Request): string => [request.method, conditionOf(request)].filter(Boolean).join(' ');

const served = (objects: Map<string, Kept>, request: Request): Answer => {
  const [, bucket, ...rest] = request.path.split('/');
  if (bucket !== BUCKET) return refusal(404, 'NoSuchBucket');
  const key = decodeURIComponent(rest.join('/'));
  const kept = objects.get(key);
  switch (request.method) {
    case 'GET':
      if (key === '') return listed(objects, request);
      return kept ? read(kept) : refusal(404, 'NoSuchKey');
    case 'PUT':
      return conditional(kept, request) ?? written(objects, key, request);
    case 'DELETE':
      // A missing key is gone already, whatever the condition.
      if (kept === undefined) return answer(204);
      return conditional(kept, request) ?? (objects.delete(key), answer(204));
    default:
      return refusal(405, 'MethodNotAllowed');
  }
};

const conditional = (kept: Kept | undefined, { headers }: Request): Answer | undefined => {
  const match = headers['if-match'];
  if (match !== undefined && kept === undefined) return refusal(404, 'NoSuchKey');
  const holds = match === undefined ? !(headers['if-none-match'] === '*' && kept) : match === kept?.etag;
  return holds ? undefined : refusal(412, 'PreconditionFailed');
};

const META = 'x-amz-meta-';

const written = (objects: Map<string, Kept>, key: string, { headers, body = '' }: Request): Answer => {
  const bytes = Uint8Array.from(Buffer.from(body));
  const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
  const metadata = Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith(META)));
  objects.set(key, { body: bytes, etag, metadata, modifiedAt: new Date() });
  return answer(200, { etag });
};

const read = ({ body, etag, metadata, modifiedAt }: Kept): Answer =>
  answer(200, { ...metadata, etag, 'last-modified': modifiedAt.toUTCString() }, body);

const listed = (objects: Map<string, Kept>, { query }: Request): Answer => {
  const prefix = String(query['prefix'] ?? '');
  const after = String(query['start-after'] ?? '');
  const limit = Number(query['max-keys'] ?? 1000);
  const found = [...objects]
    .filter(([key]) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0)
    .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const contents = found
    .slice(0, limit)
    .map(
      ([key, { etag, body, modifiedAt }]) =>
        `<Contents><Key>${escaped(key)}</Key><ETag>${escaped(etag)}</ETag><Size>${body.byteLength}</Size>` +
        `<LastModified>${modifiedAt.toISOString()}</LastModified></Contents>`,
    );
  const isTruncated = `<IsTruncated>${found.length > limit}</IsTruncated>`;
  return answer(200, {}, `<ListBucketResult>${isTruncated}${contents.join('')}</ListBucketResult>`);
};

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
