import { describe, expect, it } from 'vitest';
import { findLiveSecrets } from '#shared/domain/registry/live-secrets.ts';

const RANDOM = 'q7Wm2Zr9Kx4Vt8Bn3Hd6Jf5Lp1Gs0YcUe7Ra2Xo9Ti4Nw8Mb3'.repeat(24);
const random = (length: number): string => RANDOM.slice(0, length);
const hex = (length: number): string => '9f3c1a7be2d84056c7b1e90d35fa2864'.repeat(2).slice(0, length);
const capitals = (length: number): string => 'Q7WM2ZR5KX4VT6BN'.slice(0, length);

const found = (line: string): readonly string[] => findLiveSecrets(line).map(({ what }) => what);

/** Put together here, so that nobody takes this file for a leak; the last part of each is as short as it may be. */
const TOKENS: readonly (readonly [what: string, head: string, tail: string])[] = [
  ['an AWS access key', 'AKIA', capitals(16)],
  ['an AWS access key', 'ASIA', capitals(16)],
  ['a GitHub token', 'ghp_', random(36)],
  ['a GitHub token', 'ghs_', random(36)],
  ['a GitHub token', 'github_pat_', random(60)],
  ['a GitLab token', 'glpat-', random(20)],
  ['a Slack token', 'xoxb-', random(20)],
  ['a Slack webhook', `hooks.slack.com/services/${capitals(8)}/${capitals(8)}/`, random(16)],
  ['a Stripe key', 'sk_live_', random(16)],
  ['a Stripe key', 'rk_live_', random(16)],
  ['a key of an AI provider', 'sk-', random(32)],
  ['a key of an AI provider', 'gsk_', random(30)],
  ['a key of an AI provider', 'hf_', random(30)],
  ['a key of an AI provider', 'xai-', random(30)],
  ['a key of an AI provider', 'pplx-', random(30)],
  ['a key of an AI provider', 'tvly-', random(30)],
  ['a Google API key', 'AIza', random(35)],
  ['a Google client secret', 'GOCSPX-', random(28)],
  ['a SendGrid key', `SG.${random(22)}.`, random(43)],
  ['an npm token', 'npm_', random(36)],
  ['a PyPI token', 'pypi-', random(50)],
  ['a DigitalOcean token', 'dop_v1_', hex(64)],
  ['a Telegram bot token', '98765432:', random(35)],
  ['a signed token (JWT)', `eyJ${random(10)}.eyJ${random(10)}.`, random(20)],
];

describe('a token', () => {
  it.each(TOKENS)('is seen from its length on: %s, %s', (what, head, tail) => {
    expect(found(`see ${head}${tail}`)).toEqual([what]);
    expect(found(`see ${head}${tail.slice(1)}`)).toEqual([]);
  });

  it.each([
    ['a bot’s number', `see 9876543:${random(35)}`],
    ['the first part of a key', `see SG.${random(21)}.${random(43)}`],
    ['the middle of a word', `see xAKIA${capitals(16)}`],
    ['a webhook', `see hooks.slack.com/services/${capitals(7)}/${capitals(8)}/${random(16)}`],
    ['a placeholder', `see sk-your-key-${random(32)}`],
  ])('is none with too little of it: %s', (_, line) => {
    expect(found(line)).toEqual([]);
  });
});

describe('a value with a name', () => {
  const secretWords = ['key', 'apikey', 'token', 'secret', 'credential', 'credentials', 'auth', 'authorization', 'dsn'];

  it.each(secretWords)('is a secret from sixteen characters on: %s', (word) => {
    expect(found(`MY_${word.toUpperCase()}=${random(16)}`)).toEqual([`MY_${word.toUpperCase()}`]);
    expect(found(`MY_${word}=${random(15)}`)).toEqual([]);
  });

  it.each(['password', 'passwd', 'passphrase', 'pwd', 'pass'])('is a secret from eight on: %s', (word) => {
    expect(found(`db-${word}.main=${random(8)}`)).toEqual([`db-${word}.main`]);
    expect(found(`db-${word}.main=${random(7)}`)).toEqual([]);
  });

  it.each(['id', 'file', 'path', 'name', 'url', 'uri', 'host', 'type', 'header', 'prefix', 'length', 'ttl'])(
    'is of something beside a secret: %s',
    (word) => {
      expect(found(`API_KEY_${word.toUpperCase()}=${random(24)}`)).toEqual([]);
      expect(found(`${word.toUpperCase()}_API_KEY=${random(24)}`)).toHaveLength(1);
    },
  );

  it.each(['PUBLIC_KEY', 'STRIPE_PUBLISHABLE_KEY', 'publicKey', 'KEYBOARD', 'MONKEY', 'X'])(
    'is nobody’s secret: %s',
    (name) => {
      expect(found(`${name}=${random(24)}`)).toEqual([]);
    },
  );

  it('is no longer than secrets are', () => {
    expect(found(`API_KEY=${random(1_024)}`)).toEqual(['API_KEY']);
    expect(found(`API_KEY=${random(1_025)}`)).toEqual([]);
  });

  const value = random(24);
  it.each(
    [
      [`API_KEY=${value}`, `  API_KEY = ${value}`, `API_KEY: ${value}`, `- API_KEY=${value}`, `-   API_KEY: ${value}`],
      [`export API_KEY=${value}`, `export   API_KEY=${value}`, `'API_KEY': '${value}'`, `"API_KEY" : "${value}",`],
      [`API_KEY="${value}"`, `API_KEY="${value}" # "ours"`, `API_KEY='${value}'`, `API_KEY=${value} # ours`],
      [
        `API_KEY=${value}\t# ours # and yours`,
        `API_KEY=${value} , `,
        `API_KEY=${value},`,
        `API_KEY='${value}' 'b'`,
        `API_KEY=${value}"b"`,
      ],
      [
        `{"a": 1, "API_KEY":"${value}"}`,
        `{"a": "b", "API_KEY" :  "${value}", "c": "d"}`,
        `x "API_KEY"   :   "${value}"`,
      ],
    ].flat(),
  )('is seen in %s', (line) => {
    expect(new Set(found(line))).toEqual(new Set(['API_KEY']));
  });

  it.each(
    [
      ['API_KEY', 'API_KEY=', 'API_KEY=""', `API_KEY=" " ${value}`, `1API_KEY=${value}`, `API KEY=${value}`],
      [`API_KEY=# ${value}`, `API_KEY=a ${value}`, `API_KEY="a" ${value}`, `x"API_KEY"x:"${value}"`],
    ].flat(),
  )('is not seen in %s', (line) => {
    expect(found(line)).toEqual([]);
  });
});

describe('a password in an address', () => {
  it.each([
    [`postgres://app:${random(8)}@db/app`, ['a password in an address']],
    [`postgres://:${random(8)}@db/app`, ['a password in an address']],
    [`postgres://app:${random(7)}!@db/app`, ['a password in an address']],
    [`postgres://app:${random(7)}@db/app`, []],
    [`postgres://app:${random(8)}/db@app`, []],
    [`app:${random(8)}@db/app`, []],
    ['postgres://app:changeme-please@db/app', []],
  ])('is seen or not: %s', (line, whats) => {
    expect(found(line)).toEqual(whats);
  });
});

describe('a private key', () => {
  const begin = (kind: string): string => ['-----BEGIN', `${kind}PRIVATE`, 'KEY-----'].join(' ');

  it('is told with its line, and has something of a key within three hundred characters', () => {
    const body = random(40);
    expect(findLiveSecrets(`a\n\n${begin('')}\n${body}`)).toEqual([{ line: 3, what: 'a private key' }]);
    expect(found(`${begin('')}${'-'.repeat(300)}${body}`)).toEqual(['a private key']);
    expect(found(`${begin('')}${'-'.repeat(301)}${body}`)).toEqual([]);
    expect(found(`${begin('')}\n${random(39)}`)).toEqual([]);
    expect(found(`${begin('A B C ')}\n${body}`)).toEqual(['a private key']);
  });
});
