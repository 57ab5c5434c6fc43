import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { PublishProgress } from '../client/nightporter-client.ts';
import type { Context } from './command.ts';
import { EXITS } from './exit-codes.ts';
import { aboutFile } from './failure.ts';
import type { Output } from './output.ts';
import { verdictText } from './packing/verdict-text.ts';
import { withServer } from './server.ts';
import type { ServerOptions } from './settings.ts';

export interface Publishing {
  readonly file: string;
  /** The name to upload it under. */
  readonly as: string | undefined;
  readonly developer: string;
  readonly timeoutMs: number;
}

const contentOf = (file: string): Buffer => {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw aboutFile(file, cause);
  }
};

const signatureBeside = (file: string): string | undefined => {
  const path = `${file}.sig`;
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? contentOf(path).toString('utf8') : undefined;
};

const MIB = 1024 * 1024;
const inMib = (bytes: number): string => (bytes / MIB).toFixed(1);

const progressText = ({ phase, sentBytes, totalBytes, verdict }: PublishProgress): string => {
  if (phase === 'hashing') return 'hashing';
  if (phase === 'judging') return verdict ? `judging: ${verdict.message}` : 'judging';
  const percent = Math.floor((100 * sentBytes) / Math.max(1, totalBytes));
  return `uploading ${percent} % (${inMib(sentBytes)} of ${inMib(totalBytes)} MiB)`;
};

const showing = (output: Output) => (progress: PublishProgress) =>
  output.progress(progress.phase, progressText(progress));

/** Uploads it and shows the verdict; whether that is what was wanted is the status. */
export const publishPackage = async (
  context: Context,
  server: ServerOptions,
  { file, as, developer, timeoutMs }: Publishing,
): Promise<number> => {
  const { output } = context;
  const content = contentOf(file);
  const signature = signatureBeside(file);
  const options = {
    developer,
    file: as ?? basename(file),
    content,
    timeoutMs,
    onProgress: showing(output),
    ...(signature !== undefined && { signature }),
  };
  const verdict = await withServer(context, server, (client, signal) => client.publish({ ...options, signal }));
  const { package: named } = verdict;
  const isIn = verdict.verdict === 'accepted';
  const headline = isIn && named ? `published ${named.developer}/${named.name}@${named.version}` : undefined;
  output.answer(verdict, verdictText(output, verdict, headline));
  return isIn ? EXITS.done.status : EXITS.rejected.status;
};
