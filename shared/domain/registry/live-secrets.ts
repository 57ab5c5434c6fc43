import { isPlaceholder, looksRandom } from './placeholder.ts';

/** Where a secret is, and never what it is. */
export interface LiveSecret {
  readonly line: number;
  /** The name that the value was given, or what kind of secret it is. */
  readonly what: string;
}

/** Repetitions are bounded, so that no text takes long. */
const TOKENS: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'an AWS access key', pattern: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/ },
  { what: 'a GitHub token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{60,255})/ },
  { what: 'a GitLab token', pattern: /\bglpat-[\w-]{20,255}/ },
  { what: 'a Slack token', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{20,255}/ },
  {
    what: 'a Slack webhook',
    pattern: /hooks\.slack\.com\/services\/[A-Z0-9]{8,16}\/[A-Z0-9]{8,16}\/[A-Za-z0-9]{16,64}/,
  },
  { what: 'a Stripe key', pattern: /\b[rs]k_live_[A-Za-z0-9]{16,255}/ },
  {
    what: 'a key of an AI provider',
    pattern: /\b(?:sk-[\w-]{32,255}|(?:gsk|hf)_[A-Za-z0-9]{30,255}|(?:xai|pplx|tvly)-[\w-]{30,255})/,
  },
  { what: 'a Google API key', pattern: /\bAIza[\w-]{35}/ },
  { what: 'a Google client secret', pattern: /\bGOCSPX-[\w-]{28}/ },
  { what: 'a SendGrid key', pattern: /\bSG\.[\w-]{22}\.[\w-]{43}/ },
  { what: 'an npm token', pattern: /\bnpm_[A-Za-z0-9]{36}/ },
  { what: 'a PyPI token', pattern: /\bpypi-[\w-]{50,255}/ },
  { what: 'a DigitalOcean token', pattern: /\bdo[opr]_v1_[a-f0-9]{64}/ },
  { what: 'a Telegram bot token', pattern: /\b\d{8,10}:[\w-]{35}\b/ },
  { what: 'an Azure storage key', pattern: /AccountKey=[A-Za-z0-9+/]{86}==/ },
  { what: 'a signed token (JWT)', pattern: /\beyJ[\w-]{10,1024}\.eyJ[\w-]{10,1024}\.[\w-]{20,1024}/ },
];

const PRIVATE_KEY = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----[^]{0,300}?[A-Za-z0-9+/=]{40}/;

/** A password in an address, `scheme://user:password@host`. */
const IN_ADDRESS = /:\/\/[^\s:/@]{0,128}:([^\s@/]{1,256})@/;

const ASSIGNMENT = /^\s*(?:-\s+)?(?:export\s+)?["']?([A-Za-z_][\w.-]{0,127})["']?\s*[:=]\s*(\S.*)$/;
const JSON_PAIR = /"([^"\\]{1,128})"\s{0,8}:\s{0,8}"([^"\\]{1,2048})"/g;

const SECRET_WORDS = ['key', 'apikey', 'token', 'secret', 'credential', 'credentials', 'auth', 'authorization', 'dsn'];
const PASSWORD_WORDS = ['password', 'passwd', 'passphrase', 'pwd', 'pass'];
/** A name that ends so is of something beside the secret; one that has it, of what everybody may know. */
const BESIDE = ['id', 'file', 'path', 'name', 'url', 'uri', 'host', 'type', 'header', 'prefix', 'length', 'ttl'];
const OPEN = ['public', 'publishable'];

const LENGTH_MAX = 1_024;
const SECRET_MIN = 16;
const PASSWORD_MIN = 8;

const wordsOf = (name: string): readonly string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[_.-]/);

/** From how many characters on a value of this name may be a secret; `undefined` for a name that promises none. */
const lengthMin = (name: string): number | undefined => {
  const words = wordsOf(name);
  if (BESIDE.includes(words.at(-1) ?? '') || words.some((word) => OPEN.includes(word))) return undefined;
  if (words.some((word) => PASSWORD_WORDS.includes(word))) return PASSWORD_MIN;
  return words.some((word) => SECRET_WORDS.includes(word)) ? SECRET_MIN : undefined;
};

/** Without quotes, or without a remark and what separates. An expression would look at a row of blanks from each one. */
const unquoted = (text: string): string => {
  const [, quote, quoted] = /^(["'])(.*?)\1/.exec(text) ?? [];
  if (quote !== undefined) return quoted ?? '';
  const remark = text.search(/\s#/);
  let end = remark < 0 ? text.length : remark;
  while (/[\s,]/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
};

const isLive = (name: string, value: string): boolean => {
  const min = lengthMin(name);
  return min !== undefined && value.length >= min && value.length <= LENGTH_MAX && looksRandom(value);
};

/** Lines as systems end them: nothing of the end is left in them. */
export const linesOf = (text: string): readonly string[] => text.split(/\r?\n/);

/** What the text gives names to, in the manner of `.env`, YAML, INI or JSON. */
export const assignmentsIn = (line: string): readonly (readonly [name: string, value: string])[] => {
  const [, name, rest] = ASSIGNMENT.exec(line) ?? [];
  const whole = name !== undefined && rest !== undefined ? [[name, unquoted(rest)] as const] : [];
  const pairs = [...line.matchAll(JSON_PAIR)].map(([, key = '', value = '']) => [key, value] as const);
  return [...whole, ...pairs];
};

const inLine = (line: string): string | undefined => {
  const token = TOKENS.find(({ pattern }) => {
    const [found] = pattern.exec(line) ?? [];
    return found !== undefined && !isPlaceholder(found);
  });
  const assigned = assignmentsIn(line).find(([name, value]) => isLive(name, value));
  const [, password] = IN_ADDRESS.exec(line) ?? [];
  const hasPassword = password !== undefined && password.length >= PASSWORD_MIN && looksRandom(password);
  return assigned?.[0] ?? token?.what ?? (hasPassword ? 'a password in an address' : undefined);
};

/**
 * Values in a text that look as if they opened something. It looks for what people forget, at no price in time, and
 * is no wall against somebody who means to hide a secret.
 */
export const findLiveSecrets = (text: string): readonly LiveSecret[] => {
  const found = linesOf(text).flatMap((line, index) => {
    const what = inLine(line);
    return what === undefined ? [] : [{ line: index + 1, what }];
  });
  const key = PRIVATE_KEY.exec(text);
  return key ? [...found, { line: text.slice(0, key.index).split('\n').length, what: 'a private key' }] : found;
};
