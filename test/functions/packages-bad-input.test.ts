import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anApi, type Call } from '../support/api.ts';
import { aControlPlane } from '../support/control-plane.ts';
import { aLambdaApi } from '../support/lambda-api.ts';
import { builtPackage, sha256Of } from '../support/registry/built-package.ts';

const VERSION = '/packages/acme/hello/1.0.0';
const UPLOAD = '/uploads/acme/hello';
const SHA256 = sha256Of('hello');
const aReason = { body: { reason: 'why not' } };
const anUpload = (more: object = {}): Call => ({ body: { size: 5, sha256: SHA256, ...more } });

type Case = readonly [what: string, method: string, path: string, call: Call, code: string, field: string | null];

const MISSING: readonly Case[] = [
  ['an unknown package', 'GET', '/packages/acme/other', {}, 'package-not-found', null],
  ['an unknown developer', 'GET', '/packages/nobody/hello', {}, 'package-not-found', null],
  ['a developer named like a property', 'GET', '/packages/constructor/hello', {}, 'package-not-found', null],
  ['an unknown version', 'GET', '/packages/acme/hello/9.9.9', {}, 'package-not-found', null],
  ['a download of an unknown version', 'GET', '/packages/acme/hello/9.9.9/download', {}, 'package-not-found', null],
  ['a yank of an unknown version', 'POST', '/packages/acme/hello/9.9.9/yank', aReason, 'package-not-found', null],
  ['an unyank of an unknown version', 'POST', '/packages/acme/hello/9.9.9/unyank', aReason, 'package-not-found', null],
  ['an upload that never was', 'GET', '/uploads/acme/never', {}, 'package-not-found', null],
];

const INVALID: readonly Case[] = [
  ['a developer with a space', 'GET', '/packages/ac%20me/hello', {}, 'invalid-input', 'developer'],
  ['a developer that climbs', 'GET', '/packages/%2e%2e%2f/hello', {}, 'invalid-input', 'developer'],
  ['a developer with a leading dot', 'GET', '/packages/.acme/hello', {}, 'invalid-input', 'developer'],
  ['a developer of 65 characters', 'GET', `/packages/${'a'.repeat(65)}/hello`, {}, 'invalid-input', 'developer'],
  ['a broken escape', 'GET', '/packages/%zz/hello', {}, 'invalid-input', 'developer'],
  ['a null character', 'GET', '/packages/acme/a%00', {}, 'invalid-input', 'name'],
  ['a package in capitals', 'GET', '/packages/acme/Hello', {}, 'invalid-input', 'name'],
  ['a package name of 65 characters', 'GET', `/packages/acme/${'a'.repeat(65)}`, {}, 'invalid-input', 'name'],
  ['an escaped slash in a package', 'GET', '/packages/acme/a%2fb', {}, 'invalid-input', 'name'],
  ['a version of two numbers', 'GET', '/packages/acme/hello/1.0', {}, 'invalid-input', 'version'],
  ['a version with a v', 'GET', '/packages/acme/hello/v1.0.0', {}, 'invalid-input', 'version'],
  ['a version with build metadata', 'GET', '/packages/acme/hello/1.0.0+b', {}, 'invalid-input', 'version'],
  ['a version of 65 characters', 'GET', `/packages/acme/hello/1.0.${'1'.repeat(61)}`, {}, 'invalid-input', 'version'],
  ['latest in place of a version', 'GET', '/packages/acme/hello/latest', {}, 'invalid-input', 'version'],
  ['a version that climbs', 'GET', '/packages/acme/hello/..%2f..', {}, 'invalid-input', 'version'],
  ['a limit of 0', 'GET', '/packages?limit=0', {}, 'invalid-input', 'limit'],
  ['a limit of 101', 'GET', '/packages?limit=101', {}, 'invalid-input', 'limit'],
  ['a page after a package without a developer', 'GET', '/packages?after=hello', {}, 'invalid-input', 'after'],
  ['a page after what climbs', 'GET', '/packages?after=../x', {}, 'invalid-input', 'after'],
  ['an unknown query parameter', 'GET', '/packages?sort=size', {}, 'invalid-input', 'sort'],
  ['two limits', 'GET', '/packages?limit=1&limit=2', {}, 'invalid-input', 'limit'],
  ['a yank without a reason', 'POST', `${VERSION}/yank`, {}, 'invalid-input', 'reason'],
  ['an empty reason', 'POST', `${VERSION}/yank`, { body: { reason: '' } }, 'invalid-input', 'reason'],
  ['a reason that rings', 'POST', `${VERSION}/yank`, { body: { reason: 'a\u0007' } }, 'invalid-input', 'reason'],
  ['a long reason', 'POST', `${VERSION}/yank`, { body: { reason: 'a'.repeat(501) } }, 'invalid-input', 'reason'],
  [
    'a yank of more than one field',
    'POST',
    `${VERSION}/yank`,
    { body: { reason: 'x', force: true } },
    'invalid-input',
    'force',
  ],
  ['an unyank without a reason', 'POST', `${VERSION}/unyank`, {}, 'invalid-input', 'reason'],
  ['a file with a slash', 'POST', '/uploads/acme/dist%2fhello', anUpload(), 'invalid-input', 'file'],
  ['a file with a leading dot', 'POST', '/uploads/acme/.apkg', anUpload(), 'invalid-input', 'file'],
  ['a file with a space', 'POST', '/uploads/acme/my%20agent', anUpload(), 'invalid-input', 'file'],
  ['a file of 129 characters', 'POST', `/uploads/acme/${'a'.repeat(129)}`, anUpload(), 'invalid-input', 'file'],
  ['an upload of nothing', 'POST', UPLOAD, anUpload({ size: 0 }), 'invalid-input', 'size'],
  ['an upload of half a byte', 'POST', UPLOAD, anUpload({ size: 1.5 }), 'invalid-input', 'size'],
  ['an upload of words', 'POST', UPLOAD, anUpload({ size: '5' }), 'invalid-input', 'size'],
  ['an upload of 101 MiB', 'POST', UPLOAD, anUpload({ size: 101 * 1024 * 1024 }), 'invalid-input', 'size'],
  ['an upload of a petabyte', 'POST', UPLOAD, anUpload({ size: 1e15 }), 'invalid-input', 'size'],
  ['a digest in capitals', 'POST', UPLOAD, anUpload({ sha256: SHA256.toUpperCase() }), 'invalid-input', 'sha256'],
  ['a digest of 63 digits', 'POST', UPLOAD, anUpload({ sha256: SHA256.slice(1) }), 'invalid-input', 'sha256'],
  ['a digest and a newline', 'POST', UPLOAD, anUpload({ sha256: `${SHA256}\n` }), 'invalid-input', 'sha256'],
  ['an upload without a digest', 'POST', UPLOAD, { body: { size: 5 } }, 'invalid-input', 'sha256'],
  ['an upload without a body', 'POST', UPLOAD, {}, 'invalid-input', 'size'],
  ['an upload by name and version', 'POST', UPLOAD, anUpload({ version: '1.0.0' }), 'invalid-input', 'version'],
  [
    'an upload as text',
    'POST',
    UPLOAD,
    { body: '{}', headers: { 'content-type': 'text/plain' } },
    'unsupported-media-type',
    'content-type',
  ],
];

/** What the gateway answers by itself. */
const BY_ADDRESS: readonly Case[] = [
  ['a file that climbs', 'GET', '/uploads/acme/..', {}, 'route-not-found', null],
  ['no key', 'GET', '/packages', { key: null }, 'unauthorized', 'x-api-key'],
  ['a download without a key', 'GET', `${VERSION}/download`, { key: 'x' }, 'unauthorized', 'x-api-key'],
  ['a deletion', 'DELETE', VERSION, {}, 'method-not-allowed', null],
  ['a yank by reading', 'GET', `${VERSION}/yank`, {}, 'method-not-allowed', null],
  ['a developer without a package', 'GET', '/packages/acme', {}, 'route-not-found', null],
];

describe.each([
  ['over a socket', anApi, [...MISSING, ...INVALID, ...BY_ADDRESS]],
  ['behind API Gateway', aLambdaApi, [...MISSING, ...INVALID]],
] as const)('what makes no sense to the registry is refused by name, %s', (_way, apiOf, cases) => {
  it.for(cases)('%s', async ([, method, path, call, code, field]) => {
    const plane = aControlPlane();
    const { status, body } = await apiOf(plane).call(method, path, call);
    expect({ code: body.code, field: body.field }).toEqual({ code, field });
    expect(status).toBeLessThan(500);
    expect(body.detail).not.toBe('');
    if (field !== null && code === 'invalid-input') expect(body.detail).toContain(field);
    expect((await plane.packages.registry.list('')).objects).toEqual([]);
    expect(plane.packages.announcer.announced).toEqual([]);
    expect(plane.telemetry).toMatchObject({ failures: [], audits: [] });
  });
});

const PLACES = ['', '/hello', '/hello/1.0.0', '/hello/1.0.0/download', '/hello/1.0.0/yank', '/hello/1.0.0/unyank'];
const aWord = fc.oneof(fc.constantFrom('reason', 'size', 'sha256', 'limit', 'after', '__proto__'), fc.string());
/** Whatever stands between two slashes. A dot or two would be gone before the request is sent. */
const aSegment = fc.string().filter((text) => text !== '.' && text !== '..');
const aRequest = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'PATCH'),
  root: fc.constantFrom('packages', 'uploads'),
  developer: fc.oneof(fc.constant('acme'), aSegment),
  place: fc.oneof(
    fc.constantFrom(...PLACES),
    aSegment.map((text) => `/${encodeURIComponent(text)}`),
  ),
  query: fc.array(fc.tuple(aWord, fc.oneof(fc.nat({ max: 2 }).map(String), fc.string())), { maxLength: 2 }),
  accept: fc.option(fc.string({ unit: 'grapheme-ascii' })),
  body: fc.oneof(
    fc.constant(undefined),
    fc
      .dictionary(aWord, fc.oneof(fc.jsonValue(), fc.constantFrom(5, SHA256, 'why')))
      .map((body) => JSON.stringify(body)),
    fc.constantFrom(JSON.stringify({ size: 5, sha256: SHA256 }), JSON.stringify({ reason: 'why' })),
    fc.string(),
  ),
});

it.for([
  ['over a socket', anApi],
  ['behind API Gateway', aLambdaApi],
] as const)(
  'whatever the registry is asked %s, the answer is one of the document, and none the fault of the server',
  async ([, apiOf]) => {
    const plane = aControlPlane();
    const body = builtPackage();
    await plane.packages.upload('uploads/acme/hello.apkg', body);
    await plane.packages.upload('uploads/acme/hello.apkg.sha256', sha256Of(body));
    const api = apiOf(plane);
    await fc.assert(
      fc.asyncProperty(aRequest, async ({ method, root, developer, place, query, accept, body: sent }) => {
        const search = query.length > 0 ? `?${new URLSearchParams(query).toString()}` : '';
        const path = `/${root}/${encodeURIComponent(developer)}${place}${search}`;
        const content = method === 'GET' || sent === undefined || sent === '' ? {} : { body: sent };
        const headers = accept === null ? {} : { headers: { accept } };
        const { status } = await api.call(method, path, { ...content, ...headers });
        expect(status).toBeLessThan(500);
        expect(plane.telemetry.failures).toEqual([]);
      }),
      { numRuns: 300 },
    );
  },
);
