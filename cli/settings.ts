import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Environment } from './command.ts';
import { aboutFile, Failure } from './failure.ts';

/** What the options of a command say of where the server is. */
export interface ServerOptions {
  readonly url?: string;
  readonly keyFile?: string;
  readonly data: string;
}

export interface Server {
  readonly url: string;
  readonly apiKey: string;
}

const DEFAULT_URL = 'http://127.0.0.1:8787';
const THIS_MACHINE = /^(?:localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\])$/;

const unusable = (message: string, fix: string): Failure =>
  new Failure('usage', message, { code: 'setting-unusable', fix });

/** `undefined`: there is no such file. */
const contentOf = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw aboutFile(file, cause);
  }
};

const parseUrl = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
  if (url && isPlain) return url;
  // Not repeated: whoever writes a key into an address will not want to read it in a log.
  const fix = 'it must be like https://example.com/prod, without a name, key or question in it';
  throw unusable('the address of the server cannot be used (--url or NIGHTPORTER_URL)', fix);
};

/** A key as it came from somewhere, or what is wrong with it. It is never repeated. */
export const requireKey = (text: string, from: string): string => {
  if (/^[\x21-\x7e]{1,256}$/.test(text)) return text;
  throw unusable(`${from} holds no key`, 'a key is 1 to 256 visible ASCII characters without spaces');
};

const givenKey = (options: ServerOptions, environment: Environment): string | undefined => {
  const { keyFile } = options;
  if (keyFile !== undefined) {
    const content = contentOf(keyFile);
    if (content !== undefined) return requireKey(content, keyFile);
    throw unusable(`${keyFile}: there is no such file`, 'it must hold the API key');
  }
  const key = environment['NIGHTPORTER_API_KEY'];
  return key ? requireKey(key, 'NIGHTPORTER_API_KEY') : undefined;
};

/** The data folder's own key is for servers on this machine: it is never sent anywhere else. */
const localKey = (url: URL, dataFolder: string): string => {
  const fix = 'set NIGHTPORTER_API_KEY, or give a file that holds the key with --key-file';
  const none = (why: string): Failure => new Failure('usage', `no API key: ${why}`, { code: 'no-key', fix });
  if (!THIS_MACHINE.test(url.hostname)) throw none(`${url.host} is not this machine`);
  const file = join(dataFolder, 'api-key');
  const content = contentOf(file);
  if (content === undefined) throw none(`there is no ${file}, as nightporter start makes it`);
  return requireKey(content, file);
};

const givenUrl = ({ url }: ServerOptions, environment: Environment): string | undefined =>
  url ?? (environment['NIGHTPORTER_URL'] || undefined);

/** Whether somebody named a server that is not on this machine. */
export const isElsewhere = (options: ServerOptions, environment: Environment): boolean => {
  const given = givenUrl(options, environment);
  return given !== undefined && !THIS_MACHINE.test(parseUrl(given).hostname);
};

/** Whoever can write into the folder must not be able to have a key sent to them: only to this machine it goes. */
const writtenUrl = (dataFolder: string): URL | undefined => {
  const content = contentOf(join(dataFolder, 'url'));
  if (content === undefined) return undefined;
  const url = URL.canParse(content) ? new URL(content) : undefined;
  if (url && THIS_MACHINE.test(url.hostname)) return url;
  throw unusable(`${join(dataFolder, 'url')} names a server that is not on this machine`, 'name it with --url');
};

/**
 * Where the server is, and the key to it. The address: `--url`, NIGHTPORTER_URL, what the server of the data folder
 * has written there, the usual one. The key: `--key-file`, NIGHTPORTER_API_KEY, the data folder's own.
 */
export const readServer = (options: ServerOptions, environment: Environment, workingFolder: string): Server => {
  const dataFolder = resolve(workingFolder, options.data);
  const given = givenUrl(options, environment);
  const url = given === undefined ? (writtenUrl(dataFolder) ?? new URL(DEFAULT_URL)) : parseUrl(given);
  const apiKey = givenKey(options, environment) ?? localKey(url, dataFolder);
  return { url: url.href.replace(/\/+$/, ''), apiKey };
};
