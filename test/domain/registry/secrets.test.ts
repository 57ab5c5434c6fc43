import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSecrets } from '#shared/domain/registry/secrets.ts';
import { filesOf } from '../../support/registry/manifest-files.ts';

/** Letters and digits that nobody made up, and that open nothing. */
const RANDOM = 'q7Wm2Zr9Kx4Vt8Bn3Hd6Jf5Lp1Gs0YcUe7Ra2Xo9Ti4Nw8Mb3';
const random = (length: number): string => RANDOM.repeat(6).slice(0, length);
const CAPITALS = 'Q7WM2ZR5KX4VT6BN';
const hexadecimal = '9f3c1a7be2d84056c7b1e90d35fa2864';

/** Put together here, so that nobody takes this file for a leak. */
const LIVE: readonly (readonly [what: string, text: string])[] = [
  ['an AWS access key', `AWS_ACCESS_KEY_ID=AKIA${CAPITALS}`],
  ['AWS_SECRET_ACCESS_KEY', `AWS_SECRET_ACCESS_KEY=${random(40)}`],
  ['a GitHub token', `X=ghp_${random(36)}`],
  ['a GitHub token', `X=github_pat_${random(82)}`],
  ['a GitLab token', `X=glpat-${random(20)}`],
  ['a Slack token', `X=xoxb-${random(40)}`],
  ['a Slack webhook', `HOOK: https://hooks.slack.com/services/T0Q7WM2ZR/B5KX4VT6B/${random(24)}`],
  ['a Stripe key', `X=sk_live_${random(24)}`],
  ['a key of an AI provider', `X=sk-${random(48)}`],
  ['a key of an AI provider', `X=sk-ant-api03-${random(80)}`],
  ['a key of an AI provider', `X=hf_${random(34)}`],
  ['a Google API key', `X=AIza${random(35)}`],
  ['an npm token', `${['//registry', 'npmjs', 'org'].join('.')}/:_authToken=npm_${random(36)}`],
  ['a signed token (JWT)', `X=eyJ${random(20)}.eyJ${random(30)}.${random(43)}`],
  ['an Azure storage key', `X=AccountName=a;AccountKey=${random(86)}==`],
  ['a password in an address', `DATABASE_URL=postgres://app:${random(16)}@db.internal/app`],
  ['API_KEY', `API_KEY=${hexadecimal}`],
  ['API_KEY', `export API_KEY="${random(24)}"`],
  ['API_KEY', `API_KEY = '${random(24)}' # ours`],
  ['SESSION_TOKEN', `SESSION_TOKEN=9f3c1a7b-e2d8-4056-c7b1-e90d35fa2864`],
  ['clientSecret', `  clientSecret: ${random(32)}`],
  ['db.password', `db.password=${random(12)}!`],
];

const PLACEHOLDERS = [
  ['API_KEY=', 'API_KEY=""', '# API_KEY=', 'API_KEY=your-api-key-here', 'API_KEY=<your key>', 'API_KEY=changeme'],
  ['API_KEY=${API_KEY}', 'API_KEY=$API_KEY', 'API_KEY={{ api_key }}', 'API_KEY=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'],
  ['API_KEY=00000000000000000000', 'API_KEY=1234567890abcdef1234567890abcdef', 'API_KEY=...', 'OPENAI_API_KEY=sk-...'],
  'OPENAI_API_KEY=sk-your-openai-api-key-goes-here-and-is-long',
  'AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE',
  `STRIPE_KEY=sk_test_${random(24)}`,
  ['PORT=8080', 'LOG_LEVEL=debug', 'MODEL=gpt-4o-2024-08-06', 'AWS_REGION=eu-west-1', 'DEBUG=true'],
  ['DATABASE_URL=postgres://postgres:password@localhost:5432/app', 'REDIS_URL=redis://localhost:6379'],
  ['TOKEN_URL=https://auth.internal/oauth2/v1/tokens/9f3c1a7be2d8', 'KEY_FILE=/etc/keys/9f3c1a7be2d84056.pem'],
  `PUBLIC_KEY=${hexadecimal}`,
  `BUILD_ID=${hexadecimal}`,
  'PASSWORD=hunter2',
  'MAX_TOKENS=4096',
  'keyboard: qwerty-layout-number-one',
  'API_KEY=see the wiki, under keys, entry 17',
].flat();

const privateKey = (kind: string, body: string): string => `-----BEGIN ${kind}-----\n${body}\n-----END ${kind}-----\n`;

const policies = ['auto', 'reject', 'warn', 'allow'] as const;

describe('a live secret', () => {
  it.each(LIVE)('is seen: %s', (field, text) => {
    const checked = checkSecrets(filesOf({ '.env': `PORT=1\n${text}\n` }), 'auto');
    expect(checked).toEqual({
      ok: false,
      fault: { code: 'SECRETS_FOUND', details: { entry: '.env', field, line: 2 } },
    });
  });

  it.each(LIVE)('is seen in a file from Windows, with a remark: %s', (field, text) => {
    const checked = checkSecrets(filesOf({ '.env': `PORT=1\r\n${text}\t# ours\r\n` }), 'auto');
    expect(checked).toMatchObject({ fault: { details: { field, line: 2 } } });
  });

  it('is looked for in however many blanks', () => {
    const blanks = ' '.repeat(60_000);
    const files = Array.from({ length: 8 }, (_, index) => [`${index}.env`, `A=x,${blanks}y\n`] as const);
    expect(checkSecrets(filesOf(Object.fromEntries(files)), 'auto')).toMatchObject({ ok: true });
  });

  it.each(PLACEHOLDERS)('is not seen in %s', (text) => {
    expect(checkSecrets(filesOf({ '.env': `${text}\r\n` }), 'auto')).toMatchObject({ ok: true });
  });

  it.each(['PRIVATE KEY', 'RSA PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'EC PRIVATE KEY', 'PGP PRIVATE KEY BLOCK'])(
    'may be a %s',
    (kind) => {
      const checked = checkSecrets(filesOf({ 'certs/a.pem': privateKey(kind, random(64)) }), 'auto');
      expect(checked).toMatchObject({ fault: { details: { entry: 'certs/a.pem', field: 'a private key', line: 1 } } });
    },
  );

  it.each([
    ['a certificate', privateKey('CERTIFICATE', random(64))],
    ['a public key', privateKey('PUBLIC KEY', random(64))],
    ['a private key left out', privateKey('PRIVATE KEY', '...')],
  ])('is not %s', (_, text) => {
    expect(checkSecrets(filesOf({ 'certs/a.pem': text }), 'auto')).toEqual({ ok: true, value: [] });
  });

  it.each(
    [
      ['.env', '.env.production', 'prod.env', 'config/.env', '.ENV', '.env.example', '.npmrc', 'a/credentials'],
      ['agent.yaml', 'deploy.json', 'mcp.json', '.pixell/package.json', 'keys/id_ed25519', 'secrets.yaml', 'a.key'],
    ].flat(),
  )('is looked for in %s', (name) => {
    const checked = checkSecrets(filesOf({ [name]: `{"API_KEY": "${random(24)}"}\n` }), 'auto');
    expect(checked).toMatchObject({ fault: { details: { entry: name, field: 'API_KEY' } } });
  });

  it.each(
    [
      ['id_rsa', 'a/id_dsa', 'id_ecdsa', 'key.pem', 'a/b.ppk', '.pypirc', '.netrc', 'a/.pgpass', '.git-credentials'],
      ['credentials.json', 'service-account.json', 'a/service-account-prod.json', 'secret.yml', 'secrets.json'],
      ['secret.toml', 'secrets.ini', 'pak.yaml', 'agents_config.json', 'a/x.y.env', '.env.example.local'],
    ].flat(),
  )('is looked for in %s as well', (name) => {
    expect(checkSecrets(filesOf({ [name]: `"API_KEY": "${random(24)}"\n` }), 'auto')).toMatchObject({ ok: false });
  });

  it.each(
    [
      ['id_rsa.pub', 'xid_rsa', 'key.pem.txt', '.netrc.md', 'my.netrcs', 'credentials.jsonx', 'credentials.md'],
      ['service-account.yaml', 'xservice-account.json', 'secretx.yaml', 'secrets.md', 'xagent.yaml', 'a/pak.yaml'],
      ['agent.yamlx', 'a/.env/b', 'x.environment', 'mysecrets.yaml', 'a/.pixell/package.json'],
    ].flat(),
  )('is not looked for in %s either', (name) => {
    expect(checkSecrets(filesOf({ [name]: `"API_KEY": "${random(24)}"\n` }), 'auto')).toMatchObject({ ok: true });
  });

  it.each(['src/main.py', 'README.md', 'docs/agent.yaml', '.environment', 'environment.ts', '.env/'])(
    'is not looked for in %s',
    (name) => {
      expect(checkSecrets(filesOf({ [name]: `API_KEY=${random(24)}\n` }), 'auto')).toEqual({ ok: true, value: [] });
    },
  );

  it('is found on its line in a description in YAML', () => {
    const text = `name: a\nenvironment:\n  PORT: 1\n  API_KEY: "${random(24)}"\n`;
    expect(checkSecrets(filesOf({ 'agent.yaml': text }), 'auto')).toMatchObject({ fault: { details: { line: 4 } } });
  });

  it.each(policies)('is told of without being told, by the policy %s', (policy) => {
    const text = LIVE.map(([, line]) => line).join('\n');
    const told = JSON.stringify(checkSecrets(filesOf({ '.env': text }), policy));
    expect(told).not.toContain(random(12));
    expect(told).not.toContain(hexadecimal.slice(0, 12));
  });
});

describe('by policy', () => {
  const live = { '.env': `API_KEY=${random(24)}\n` };
  const harmless = { '.env': 'API_KEY=your-api-key\n' };
  const liveWarning = '.env, line 1: API_KEY looks like a live secret. Whoever may read the package can read it.';
  const warning = '.env is in the package, with values: whoever may read the package can read them.';

  it.each([
    ['auto', live, 'SECRETS_FOUND'],
    ['auto', harmless, [warning]],
    ['reject', live, 'SECRETS_FOUND'],
    ['reject', harmless, 'SECRETS_FOUND'],
    ['reject', { '.env': '' }, []],
    ['reject', { '.env': '# API_KEY=\nAPI_KEY=\n' }, []],
    ['reject', { '.env.example': 'API_KEY=your-api-key\n' }, []],
    ['reject', { '.env.example.local': 'A=b\n' }, 'SECRETS_FOUND'],
    ['reject', { 'agent.yaml': 'name: a\n' }, []],
    ['warn', live, [liveWarning, warning]],
    ['warn', harmless, [warning]],
    ['allow', live, []],
    ['allow', harmless, []],
  ] as const)('%s of %j comes to %j', (policy, contents, outcome) => {
    const checked = checkSecrets(filesOf(contents), policy);
    expect(checked.ok ? checked.value : checked.fault.code).toEqual(outcome);
  });

  const huge = { '.env': `A=${'b'.repeat(65_536)}\n` };
  const many = Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`${index}/.env`, '']));

  it.each([
    ['auto', huge, 'SECRETS_FOUND'],
    ['warn', huge, ['.env is too large to look for secrets in it.']],
    ['auto', many, 'SECRETS_FOUND'],
    ['reject', many, 'SECRETS_FOUND'],
    ['warn', many, []],
    ['auto', { 'ca.pem': privateKey('CERTIFICATE', random(64)).repeat(800) }, []],
  ] as const)('%s takes what it cannot look into for the worst, where it might be', (policy, contents, outcome) => {
    const checked = checkSecrets(filesOf(contents), policy);
    expect(checked.ok ? checked.value : checked.fault.code).toEqual(outcome);
  });

  it('what is too much is told by its number, and what is as large as may be is looked into', () => {
    const fault = {
      code: 'SECRETS_FOUND',
      details: { actual: 257, limit: 256, problem: expect.any(String) as string },
    };
    expect(checkSecrets(filesOf(many), 'auto')).toEqual({ ok: false, fault });
    const most = Object.fromEntries(Object.entries(many).slice(1));
    expect(checkSecrets(filesOf(most), 'auto')).toEqual({ ok: true, value: [] });
    expect(checkSecrets(filesOf({ ...many, 'z/.env': 'A=b\n' }), 'warn')).toEqual({ ok: true, value: [] });
    expect(checkSecrets(filesOf({ '.env': 'A='.padEnd(65_536, 'b') }), 'auto')).toMatchObject({ ok: true });
    const environment = { entry: '.env', problem: expect.any(String) as string };
    expect(checkSecrets(filesOf(harmless), 'reject')).toMatchObject({ fault: { details: environment } });
  });

  it('a remark is no value, wherever it begins', () => {
    expect(checkSecrets(filesOf({ '.env': '  # A=b\n  # {"A": "b"}\n' }), 'warn')).toEqual({ ok: true, value: [] });
    expect(checkSecrets(filesOf({ '.env': 'A=b#\n' }), 'warn')).toMatchObject({ value: { length: 1 } });
  });

  it('long names are told by their ends', () => {
    const name = (length: number) => 'd/'.repeat(length / 2 - 2) + '.env';
    const told = (length: number) => checkSecrets(filesOf({ [name(length)]: 'A=b\n' }), 'warn');
    expect(told(128)).toMatchObject({ value: [expect.stringMatching(/^d\/d\//)] });
    expect(told(130)).toMatchObject({
      value: [`…${name(128)} is in the package, with values: whoever may read the package can read them.`],
    });
  });

  it('no more is told than anybody reads', () => {
    const contents = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`${index}/.env`, 'A=b\n']));
    expect(checkSecrets(filesOf(contents), 'warn')).toMatchObject({ value: { length: 20 } });
  });
});

it.each([
  'sk-',
  'eyJ',
  'AKIA',
  '://',
  '"',
  "'",
  '"a":',
  'a=',
  ' ',
  ['-----BEGIN', 'PRIVATE', 'KEY-----'].join(' '),
  ':',
  '.eyJ',
  '#',
])('takes no time over 64 KiB of %j', (piece) => {
  const text = piece.repeat(65_536 / piece.length);
  expect(checkSecrets(filesOf({ '.env': text }), 'auto')).toHaveProperty('ok');
});

it('no text is too much for it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(checkSecrets(filesOf({ '.env': text }), 'warn')).toMatchObject({ ok: true });
    }),
  );
});
