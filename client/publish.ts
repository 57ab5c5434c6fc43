import { segment, type Connection } from './connection.ts';
import { exchange } from './exchange.ts';
import { NightporterError } from './failure.ts';
import { planNextLook } from './poll-plan.ts';
import type { SignedUpload, UploadTickets, Verdict } from './replies.ts';
import { effortOf, expectBody, pause, persist, request, type CallOptions, type Effort } from './requests.ts';
import { digestOf, uploadBody } from './upload-body.ts';

export interface PublishProgress {
  readonly phase: 'hashing' | 'uploading' | 'judging';
  readonly sentBytes: number;
  readonly totalBytes: number;
  /** What is said of the upload so far. */
  readonly verdict: Verdict | null;
}

export interface PublishOptions extends CallOptions {
  readonly developer: string;
  /** The name to upload under, with or without `.apkg`. */
  readonly file: string;
  /** A package; of a file on disk, what `openAsBlob` of `node:fs` gives. */
  readonly content: Blob | Uint8Array;
  /** In lower-case hex; computed when absent. */
  readonly sha256?: string | undefined;
  /** The text of a signature file. */
  readonly signature?: string | undefined;
  /** Until the verdict; ten minutes when absent. */
  readonly timeoutMs?: number | undefined;
  readonly onProgress?: ((progress: PublishProgress) => void) | undefined;
}

const DEFAULT_TIMEOUT_MS = 600_000;

const asBlob = (content: PublishOptions['content']): Blob =>
  content instanceof Blob ? content : new Blob([content as Uint8Array<ArrayBuffer>]);

const uploadPath = ({ developer, file }: PublishOptions): string =>
  `/uploads/${segment('developer', developer)}/${segment('file', file)}`;

/** Puts the same bytes as often as it takes. The address is a secret of its own, and the key none of the store's. */
const put = async (
  connection: Connection,
  { method, url, headers }: SignedUpload,
  effort: Effort,
  body: () => NonNullable<RequestInit['body']>,
): Promise<void> => {
  await persist(connection, effort, true, (timeoutMs) =>
    exchange(connection, { method, url, headers, body: body() }, { timeoutMs, signal: effort.signal }),
  );
};

/** What is said of the file now; null: nothing. */
const verdictOn = async (connection: Connection, options: PublishOptions, effort: Effort): Promise<Verdict | null> => {
  try {
    const call = { method: 'GET', path: uploadPath(options), isSafe: true } as const;
    return expectBody<Verdict>(await request(connection, call, effort), 'verdict', 'upload');
  } catch (error) {
    if (error instanceof NightporterError && error.code === 'package-not-found') return null;
    throw error;
  }
};

/** Whether the verdict is on another upload of this name: one from before, or somebody else's. */
const isOnAnother = (verdict: Verdict, before: Verdict | null, sha256: string): boolean => {
  const { upload, at } = verdict;
  if (upload.sha256 !== null && upload.sha256 !== sha256) return true;
  return before !== null && before.at === at && before.upload.versionId === upload.versionId;
};

interface Job {
  readonly options: PublishOptions;
  readonly content: Blob;
  readonly sha256: string;
  readonly effort: Effort;
  readonly tell: (phase: PublishProgress['phase'], sentBytes: number, verdict?: Verdict) => void;
}

const upload = async (connection: Connection, { options, content, sha256, effort, tell }: Job): Promise<void> => {
  const body = { size: content.size, sha256 };
  const answer = await request(connection, { method: 'POST', path: uploadPath(options), body, isSafe: true }, effort);
  const tickets = expectBody<UploadTickets>(answer, 'package', 'signature');
  const { signature, onProgress } = options;
  tell('uploading', 0);
  // The package completes what is judged together.
  if (signature !== undefined) await put(connection, tickets.signature, effort, () => signature);
  const onSent = onProgress && ((sentBytes: number) => tell('uploading', sentBytes));
  await put(connection, tickets.package, effort, () => uploadBody(content, onSent));
};

const untilJudged = async (connection: Connection, job: Job, before: Verdict | null): Promise<Verdict> => {
  const { options, content, sha256, effort, tell } = job;
  let said = 'nothing is said of this upload';
  tell('judging', content.size);
  for (let looks = 0; connection.clock.now() < effort.giveUpAt; looks += 1) {
    await pause(connection, planNextLook(looks, connection.random()), effort.signal);
    const verdict = await verdictOn(connection, options, effort);
    if (!verdict || isOnAnother(verdict, before, sha256)) continue;
    if (verdict.verdict !== 'waiting') return verdict;
    said = `${verdict.message} ${verdict.fix}`;
    tell('judging', content.size, verdict);
  }
  throw new NightporterError('timed-out', `no verdict within the time: ${said}`);
};

/** Uploads a package and waits for the verdict: a refusal is a verdict, too, and says how to mend it. */
export const publish = async (connection: Connection, options: PublishOptions): Promise<Verdict> => {
  const { signal, timeoutMs = DEFAULT_TIMEOUT_MS, onProgress } = options;
  const effort = effortOf(connection, { signal, timeoutMs });
  const content = asBlob(options.content);
  const tell: Job['tell'] = (phase, sentBytes, verdict) =>
    onProgress?.({ phase, sentBytes, totalBytes: content.size, verdict: verdict ?? null });
  tell('hashing', 0);
  const sha256 = options.sha256 ?? (await digestOf(content));
  const job = { options, content, sha256, effort, tell };
  const before = await verdictOn(connection, options, effort);
  await upload(connection, job);
  return untilJudged(connection, job, before);
};
