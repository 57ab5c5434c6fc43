import { beforeEach, describe, expect, it } from 'vitest';
import { anApi, EVERYTHING, type Api } from '../support/api.ts';
import { aControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { aLambdaApi } from '../support/lambda-api.ts';
import { builtPackage, sha256Of, type PackageSeed } from '../support/registry/built-package.ts';

const HELLO = '/packages/acme/hello';
const asJson = { headers: { accept: 'application/json' } };

/** As the usual script does it: the package first, and then its checksum. */
const publish = async ({ packages }: ControlPlane, seed: PackageSeed = {}, developer = 'acme'): Promise<Uint8Array> => {
  const { name = 'hello', version = '1.0.0' } = seed;
  const body = builtPackage(seed);
  const key = `uploads/${developer}/${name}-${version}.apkg`;
  await packages.upload(key, body);
  await packages.upload(`${key}.sha256`, `${sha256Of(body)}\n`);
  return body;
};

describe.each([
  ['over a socket', anApi],
  ['behind API Gateway', aLambdaApi],
] as const)('the packages, %s', (_way, apiOf) => {
  let plane: ControlPlane;
  let api: Api;

  beforeEach(() => {
    plane = aControlPlane();
    api = apiOf(plane);
  });

  it('are none at first', async () => {
    expect((await api.call('GET', '/packages')).body).toEqual({ packages: [], next: null });
  });

  it('are listed with their versions, the highest first, by developer and name, page by page', async () => {
    for (const version of ['1.0.0', '1.10.0', '1.9.0']) await publish(plane, { version });
    await publish(plane, { name: 'alarm' });
    await publish(plane, {}, 'zoe');
    const { body: first } = await api.call('GET', '/packages?limit=2');
    expect(first.packages.map(({ name }: { name: string }) => name)).toEqual(['alarm', 'hello']);
    expect(first.packages[1]).toMatchObject({ developer: 'acme', latest: '1.10.0' });
    expect(first.packages[1].versions.map(({ version }: { version: string }) => version)).toEqual([
      '1.10.0',
      '1.9.0',
      '1.0.0',
    ]);
    expect(first.next).toBe('acme/hello');
    const { body: second } = await api.call('GET', `/packages?limit=2&after=${first.next}`);
    expect(second).toMatchObject({ packages: [{ developer: 'zoe', name: 'hello' }], next: null });
  });

  it('are shown one by one, and version by version', async () => {
    const body = await publish(plane);
    const { body: shown } = await api.call('GET', HELLO);
    expect(shown).toMatchObject({ developer: 'acme', name: 'hello', latest: '1.0.0', versions: [{ yanked: false }] });
    const { body: version } = await api.call('GET', `${HELLO}/1.0.0`);
    expect(version).toEqual({
      developer: 'acme',
      name: 'hello',
      version: '1.0.0',
      sha256: sha256Of(body),
      size: body.length,
      key: 'packages/acme/hello/1.0.0/package.apkg',
      publishedAt: '2026-11-20T10:00:00.000Z',
      signature: null,
      upload: { key: 'uploads/acme/hello-1.0.0.apkg', versionId: expect.any(String) },
      validator: '1',
      yanked: false,
      status: null,
    });
  });

  it('are downloaded from an address that needs no key, and is told to whoever asks for JSON', async () => {
    const body = await publish(plane);
    const redirected = await api.call('GET', `${HELLO}/1.0.0/download`, { headers: { accept: '*/*' } });
    expect(redirected.status).toBe(302);
    expect(redirected.headers.get('cache-control')).toBe('no-store');
    const told = await api.call('GET', `${HELLO}/1.0.0/download`, asJson);
    expect(told).toMatchObject({ status: 200, body: { sha256: sha256Of(body), size: body.length } });
    for (const url of [redirected.headers.get('location') ?? '', told.body.url]) {
      const served = await plane.packages.serveSigned(new Request(url));
      expect(sha256Of(await served.bytes())).toBe(sha256Of(body));
    }
  });

  it.for<readonly [string, number]>([
    ['application/json', 200],
    ['text/html, Application/JSON;q=0.5', 200],
    ['application/json-seq', 302],
    ['application/*', 302],
    ['', 302],
  ])('with “Accept: %s” a download answers %i', async ([accept, status]) => {
    await publish(plane);
    expect((await api.call('GET', `${HELLO}/1.0.0/download`, { headers: { accept } })).status).toBe(status);
  });

  it('are yanked and offered again, with a reason that is kept and told', async () => {
    for (const version of ['1.0.0', '1.1.0']) await publish(plane, { version });
    const yanked = await api.call('POST', `${HELLO}/1.1.0/yank`, { body: { reason: 'it burns' } });
    expect(yanked).toMatchObject({ status: 200, body: { yanked: true, status: { reason: 'it burns' } } });
    expect((await api.call('GET', HELLO)).body).toMatchObject({ latest: '1.0.0', versions: [{ yanked: true }, {}] });
    expect((await api.call('GET', `${HELLO}/1.1.0/download`, asJson)).status).toBe(200);
    await api.call('POST', `${HELLO}/1.1.0/unyank`, { body: { reason: 'it does not' } });
    expect((await api.call('GET', HELLO)).body).toMatchObject({ latest: '1.1.0', versions: [{ yanked: false }, {}] });
    expect(plane.telemetry.audits).toMatchObject([
      { action: 'yank', service: 'acme/hello/1.1.0', reason: 'it burns', after: { yanked: true } },
      { action: 'unyank', service: 'acme/hello/1.1.0', reason: 'it does not', after: { yanked: false } },
    ]);
    const news = plane.packages.announcer.announced.map(({ type }) => type);
    expect(news.slice(-2)).toEqual(['package.yanked', 'package.unyanked']);
  });

  it('have no latest version when all are yanked', async () => {
    await publish(plane);
    await api.call('POST', `${HELLO}/1.0.0/yank`, { body: { reason: 'gone' } });
    expect((await api.call('GET', '/packages')).body.packages).toMatchObject([{ latest: null }]);
  });
});

describe('an upload through the API', () => {
  let plane: ControlPlane;
  const upload = '/uploads/acme/hello-1.0.0';

  beforeEach(() => {
    plane = aControlPlane();
  });

  it('gets an address for exactly the package that was announced, and is published from there', async () => {
    const api = anApi(plane);
    const body = builtPackage();
    const begun = await api.call('POST', `${upload}.apkg`, { body: { size: body.length, sha256: sha256Of(body) } });
    expect(begun.status).toBe(201);
    const { method, url, headers } = begun.body.package;
    const other = { method, headers, body: Buffer.from(builtPackage({ version: '1.0.1' })) };
    await expect(plane.packages.serveSigned(new Request(url, other))).rejects.toThrow('the body must');
    const put = await plane.packages.serveSigned(new Request(url, { method, headers, body: Buffer.from(body) }));
    expect(put.status).toBe(200);
    await plane.packages.process('uploads/acme/hello-1.0.0.apkg');
    for (const file of [upload, `${upload}.apkg`]) {
      const { status, body: verdict } = await api.call('GET', file);
      expect({ status, ...verdict }).toMatchObject({
        status: 200,
        verdict: 'accepted',
        code: 'PUBLISHED',
        package: { developer: 'acme', name: 'hello', version: '1.0.0' },
      });
    }
    expect((await api.call('GET', `${HELLO}/1.0.0`)).status).toBe(200);
  });

  it('tells what is wrong and how to mend it', async () => {
    const body = builtPackage({ version: '1.0' });
    await plane.packages.upload('uploads/acme/hello-1.0.0.apkg', body);
    await plane.packages.upload('uploads/acme/hello-1.0.0.apkg.sha256', sha256Of(body));
    const { body: verdict } = await anApi(plane).call('GET', upload);
    expect(verdict).toMatchObject({ verdict: 'rejected', code: 'VERSION_INVALID' });
    expect(verdict.fix).not.toBe('');
  });

  it('is waiting while its checksum is on its way', async () => {
    await plane.packages.upload('uploads/acme/hello-1.0.0.apkg', builtPackage());
    const { body: verdict } = await anApi(plane).call('GET', upload);
    expect(verdict).toMatchObject({ verdict: 'waiting', code: 'CHECKSUM_PENDING' });
  });

  it('needs a grant that names the developer, where one names any', async () => {
    const body = { size: 5, sha256: sha256Of('hello') };
    const granted = async (developers: readonly string[] | undefined) => {
      const api = anApi(plane, { ...(developers && { developers }) });
      const { status, body: answer } = await api.call('POST', upload, { body });
      return [status, answer.code];
    };
    expect(await granted(['acme'])).toEqual([201, undefined]);
    expect(await granted(['other'])).toEqual([403, 'forbidden']);
    expect(await granted([])).toEqual([403, 'forbidden']);
    expect(await granted(undefined)).toEqual([201, undefined]);
  });
});

describe('a key without the grant', () => {
  it('yanks nothing and offers nothing again', async () => {
    const plane = aControlPlane();
    await publish(plane);
    const api = anApi(plane, { ...EVERYTHING, registry: false });
    for (const action of ['yank', 'unyank']) {
      const { status, body } = await api.call('POST', `${HELLO}/1.0.0/${action}`, { body: { reason: 'x' } });
      expect({ status, code: body.code }).toEqual({ status: 403, code: 'forbidden' });
    }
    expect(plane.telemetry.audits).toEqual([]);
    expect((await api.call('GET', HELLO)).body.versions).toMatchObject([{ yanked: false }]);
  });

  it('may look at and download everything', async () => {
    const plane = aControlPlane();
    await publish(plane);
    const api = anApi(plane, {});
    for (const path of ['/packages', HELLO, `${HELLO}/1.0.0`, '/uploads/acme/hello-1.0.0'])
      expect((await api.call('GET', path)).status, path).toBe(200);
    expect((await api.call('GET', `${HELLO}/1.0.0/download`)).status).toBe(302);
  });
});
