import type { Client } from '../client/nightporter-client.ts';
import type { Context } from './command.ts';
import type { Exit } from './exit-codes.ts';
import { Failure } from './failure.ts';
import { readServer, type ServerOptions } from './settings.ts';
import { NightporterError, type FailureReason } from '../client/failure.ts';

interface Ending {
  readonly exit: Exit;
  readonly fix?: string;
}

/** What a failed call means for the command, and what to do about it. */
const ENDINGS: Readonly<Record<FailureReason, Ending>> = {
  failing: { exit: 'failing', fix: 'nightporter logs shows what it printed; wake --force tries once more' },
  held: { exit: 'refused', fix: 'nightporter status tells who holds it and until when; unhold lifts it' },
  asleep: { exit: 'refused', fix: 'nightporter wake wakes it' },
  unauthorized: { exit: 'forbidden', fix: 'set NIGHTPORTER_API_KEY, or give --key-file, for the server at --url' },
  forbidden: { exit: 'forbidden', fix: 'the operator gives grants to keys' },
  'not-found': { exit: 'absent', fix: 'nightporter services and nightporter packages list what there is' },
  'invalid-input': { exit: 'usage' },
  throttled: { exit: 'refused', fix: 'try again in a moment' },
  unreachable: {
    exit: 'unreachable',
    fix: 'is it running, and is --url or NIGHTPORTER_URL right? nightporter start runs one here',
  },
  'server-error': { exit: 'failed', fix: 'try again; the server’s own log tells more' },
  'unexpected-answer': { exit: 'unreachable', fix: 'set NIGHTPORTER_URL to the address of the API, stage and all' },
  'timed-out': { exit: 'late', fix: 'nightporter status tells how it is; --timeout allows more' },
  aborted: { exit: 'interrupted' },
};

const TAIL_LINES = 10;

/** What the service printed before it failed. */
const lastWords = ({ service }: NightporterError): string | undefined =>
  service?.failure?.output?.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');

/** The client's failure in the words of the command; anything else as it is. */
const translated = (cause: unknown): unknown => {
  if (!(cause instanceof NightporterError)) return cause;
  const { reason, code, message } = cause;
  const { exit, fix } = ENDINGS[reason];
  const detail = reason === 'failing' ? lastWords(cause) : undefined;
  return new Failure(exit, reason === 'aborted' ? 'stopped by Ctrl-C' : message, {
    code: code ?? reason,
    cause,
    ...(fix !== undefined && { fix }),
    ...(detail !== undefined && { detail }),
  });
};

/** Nobody is there: trying again is for programs, who cannot look at what they typed. */
const NOBODY = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'];

/** `fetch`, which gives up the whole command when nobody is there at the first call. */
const firstContact = (giveUp: (code: string) => void): typeof fetch => {
  let isKnown = false;
  return async (...call) => {
    try {
      const response = await fetch(...call);
      isKnown = true;
      return response;
    } catch (cause) {
      const code = codeOf(cause);
      if (!isKnown && NOBODY.includes(code)) giveUp(code);
      throw cause;
    }
  };
};

const codeOf = (cause: unknown): string => {
  const inner = cause instanceof Error ? cause.cause : undefined;
  return inner instanceof Error && 'code' in inner ? String(inner.code) : '';
};

/** Calls the server that the settings name; what it refuses is told as a failure of the command. */
export const withServer = async <T>(
  { environment, workingFolder, interrupted }: Context,
  given: ServerOptions,
  work: (client: Client, signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const { createClient } = await import('../client/nightporter-client.ts');
  const server = readServer(given, environment, workingFolder);
  const nobody = new AbortController();
  const signal = AbortSignal.any([interrupted(), nobody.signal]);
  const client = createClient({ ...server, fetch: firstContact((code) => nobody.abort(code)) });
  try {
    return await work(client, signal);
  } catch (cause) {
    if (!nobody.signal.aborted) throw translated(cause);
    const { exit, fix } = ENDINGS.unreachable;
    const message = `nobody answers at ${server.url} (${nobody.signal.reason})`;
    throw new Failure(exit, message, { code: 'unreachable', cause, ...(fix !== undefined && { fix }) });
  }
};
