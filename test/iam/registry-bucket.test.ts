import { beforeAll, describe, expect, it } from 'vitest';
import { discard, packageHollowStack } from '../support/packaged-stack.ts';
import { policyCheck, type MayDo } from './policy-check.ts';
import type { Request } from './requests.ts';
import { sourceOf } from '../support/cfn/companions.ts';
import { deploy } from '../support/cfn/deployed.ts';
import { ACCOUNT } from '../support/cfn/physical.ts';
import { permissionsIn } from './companion-roles.ts';
import { stackOf, type Permission, type Stack } from './stack.ts';

const ROLE = `arn:aws:iam::${ACCOUNT}:role`;
const BREAK_GLASS = `${ROLE}/mender`;
const RUNTIME = `${ROLE}/runtime`;

let stack: Stack;
/** As who asks. */
let as: (principal: string) => MayDo;

beforeAll(async () => {
  const args = [`--param=breakGlassRole=${BREAK_GLASS}`, `--param=registryReaders=${RUNTIME},210987654321`];
  const packaged = await packageHollowStack(...args);
  await discard(packaged);
  stack = stackOf(packaged.template);
  as = (principal) => policyCheck(stack, principal);
}, 60_000);

const on = (action: string, key: string, context: Request['context'] = {}): Request => ({
  action: `s3:${action}`,
  resource: `arn:aws:s3:::${stack.registryBucket}${key === '' ? '' : `/${key}`}`,
  context,
});

/** A role that may do all of it, as far as its own policies go. */
const mightily = ({ action }: Request): readonly Permission[] => [{ action, resource: '*', condition: {} }];
const mayAnybody = (request: Request): Promise<boolean> => as(`${ROLE}/admin`)(mightily(request), request);

const RELEASE = 'packages/acme/hello/1.0.0';
const CREATE = { 's3:if-none-match': '*' };
const REPLACE = { 's3:if-match': 'an-etag' };

describe('the bucket of the registry', () => {
  it.each(['package.apkg', 'package.sha256', 'package.sig', 'release.json'])(
    'lets %s be created, and by nobody be written over',
    async (file) => {
      expect(await mayAnybody(on('PutObject', `${RELEASE}/${file}`, CREATE))).toBe(true);
      expect(await mayAnybody(on('PutObject', `${RELEASE}/${file}`))).toBe(false);
      expect(await mayAnybody(on('PutObject', `${RELEASE}/${file}`, REPLACE))).toBe(false);
    },
  );

  it.each([
    `${RELEASE}/status.json`,
    'packages/acme/hello/index.json',
    'packages/acme/hello/latest',
    'packages/acme/whatever',
    'index/registry.json',
    'index/developers.json',
  ])('lets %s be written on a condition only', async (key) => {
    expect(await mayAnybody(on('PutObject', key, CREATE))).toBe(true);
    expect(await mayAnybody(on('PutObject', key, REPLACE))).toBe(true);
    expect(await mayAnybody(on('PutObject', key))).toBe(false);
  });

  it('takes no part of an upload where packages are, for a part has no condition', async () => {
    const part = { 's3:ObjectCreationOperation': 'false' };
    expect(await mayAnybody(on('PutObject', `${RELEASE}/package.apkg`, part))).toBe(false);
    expect(await mayAnybody(on('PutObject', 'uploads/acme/hello.apkg', part))).toBe(true);
  });

  it.each(['DeleteObject', 'DeleteObjectVersion'])('refuses everybody %s of what is published', async (action) => {
    for (const key of [`${RELEASE}/package.apkg`, `${RELEASE}/status.json`, 'packages/acme/hello/latest'])
      expect(await mayAnybody(on(action, key))).toBe(false);
    expect(await mayAnybody(on(action, 'uploads/acme/hello.apkg'))).toBe(true);
  });

  it('exempts the one role that mends, but not over an open line', async () => {
    for (const request of [
      on('PutObject', `${RELEASE}/package.apkg`),
      on('PutObject', 'index/registry.json'),
      on('DeleteObjectVersion', `${RELEASE}/package.apkg`),
    ]) {
      expect(await as(BREAK_GLASS)(mightily(request), request)).toBe(true);
      expect(await as(`${BREAK_GLASS}-2`)(mightily(request), request)).toBe(false);
      const open = { ...request, context: { ...request.context, 'aws:SecureTransport': 'false' } };
      expect(await as(BREAK_GLASS)(mightily(open), open)).toBe(false);
    }
  });

  it.each([RUNTIME, 'arn:aws:iam::210987654321:root'])(
    'lets %s read what is published, and nothing else',
    async (who) => {
      const mayRead = (request: Request): Promise<boolean> => as(who)([], request);
      // Another account has to allow it as well.
      const isOurs = who.includes(ACCOUNT);
      for (const key of [`${RELEASE}/package.apkg`, 'packages/acme/hello/latest', 'index/registry.json'])
        expect(await mayRead(on('GetObject', key))).toBe(isOurs);
      expect(await mayRead(on('ListBucket', '', { 's3:prefix': 'packages/acme/' }))).toBe(isOurs);
      for (const key of ['uploads/acme/hello.apkg', 'results/acme/hello.json', 'packages', 'index.json'])
        expect(await mayRead(on('GetObject', key))).toBe(false);
      for (const prefix of ['', 'uploads/', 'results/', 'pack'])
        expect(await mayRead(on('ListBucket', '', { 's3:prefix': prefix }))).toBe(false);
      expect(await mayRead(on('PutObject', 'index/registry.json', REPLACE))).toBe(false);
    },
  );

  it('lets nobody read by itself', async () => {
    expect(await as(`${ROLE}/somebody`)([], on('GetObject', 'index/registry.json'))).toBe(false);
  });
});

/** What `infra/stacks/developer.yml` makes. */
const developerRole = (developer: string): readonly Permission[] => {
  const parameters = { RegistryBucket: stack.registryBucket, Developer: developer, AssumedBy: `${ROLE}/any` };
  return permissionsIn(deploy({ template: sourceOf('developer'), stack: 'developer', parameters }), 'UploadRole');
};

describe('the role of a developer', () => {
  const may = async (request: Request): Promise<boolean> => {
    const permissions = developerRole('acme').filter(({ action }) => action === request.action);
    return permissions.length > 0 && as(`${ROLE}/acme`)(permissions, request);
  };

  it('uploads to the developer’s own folder, in one piece or in parts', async () => {
    for (const file of ['hello.apkg', 'hello.apkg.sha256', 'hello.apkg.sig']) {
      expect(await may(on('PutObject', `uploads/acme/${file}`))).toBe(true);
      expect(await may(on('AbortMultipartUpload', `uploads/acme/${file}`))).toBe(true);
    }
  });

  it('reads the verdicts on them, also those that are not there yet', async () => {
    expect(await may(on('GetObject', 'results/acme/hello.json'))).toBe(true);
    expect(await may(on('ListBucket', '', { 's3:prefix': 'results/acme/hello.json' }))).toBe(true);
  });

  it('does nothing else', async () => {
    for (const request of [
      on('PutObject', 'uploads/acme2/hello.apkg'),
      on('PutObject', 'uploads/other/hello.apkg'),
      on('PutObject', 'uploads/hello.apkg'),
      on('PutObjectAcl', 'uploads/acme/hello.apkg'),
      on('AbortMultipartUpload', 'uploads/other/hello.apkg'),
      on('PutObject', 'results/acme/hello.json'),
      on('PutObject', 'packages/acme/hello/1.0.0/package.apkg', CREATE),
      on('PutObject', 'index/registry.json', REPLACE),
      on('GetObject', 'uploads/acme/hello.apkg'),
      on('GetObject', 'results/other/hello.json'),
      on('DeleteObject', 'uploads/acme/hello.apkg'),
      on('DeleteObject', 'uploads/other/hello.apkg'),
      on('DeleteObject', 'results/acme/hello.json'),
      on('DeleteObjectVersion', 'uploads/acme/hello.apkg'),
      on('ListBucket', ''),
      on('ListBucketVersions', ''),
      ...[
        '',
        'uploads/',
        'uploads/acme/',
        'uploads/other/',
        'results/',
        'results/acme',
        'results/acme2/',
        'results/other/',
      ].map((prefix) => on('ListBucket', '', { 's3:prefix': prefix })),
    ])
      expect(await may(request)).toBe(false);
  });

  it('is the developer’s whatever other developers are called', async () => {
    const request = on('PutObject', 'uploads/a@b.example,c=d/hello.apkg');
    const permissions = developerRole('a@b.example,c=d').filter(({ action }) => action === request.action);
    expect(await as(`${ROLE}/any`)(permissions, request)).toBe(true);
  });
});
