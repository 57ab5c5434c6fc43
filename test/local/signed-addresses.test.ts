import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { folderRegistryStore } from '#shared/adapters/local/folder-versioned-objects.ts';
import { Refusal } from '#shared/domain/errors.ts';
import type { UploadPermit } from '#shared/ports/url-signer.ts';
import { signedAddresses, type SignedAddresses } from '../../infra/local/signed-addresses.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { MINUTE, virtualClock, type VirtualClock } from '../support/virtual-clock.ts';

const KEY = 'uploads/acme/hello.apkg';
const BODY = 'the bytes of a package';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const aPermit = (more: Partial<UploadPermit> = {}): UploadPermit => ({
  key: KEY,
  size: BODY.length,
  sha256: sha256(BODY),
  metadata: { developer: 'acme', caller: 'ada' },
  ...more,
});

describe('signed addresses', () => {
  let clock: VirtualClock;
  let registry: ReturnType<typeof folderRegistryStore>;
  let signed: SignedAddresses;
  const signedWith = (secret: string): SignedAddresses =>
    signedAddresses({ secret, baseUrl: () => 'http://127.0.0.1:8787', registry, clock });

  const send = async (method: string, url: string, body?: string): Promise<number | string> => {
    const request = new Request(url, { method, ...(body !== undefined && { body }) });
    try {
      return (await signed.serve(request)).status;
    } catch (cause) {
      if (cause instanceof Refusal) return cause.code;
      throw cause;
    }
  };

  beforeEach(async () => {
    clock = virtualClock();
    registry = folderRegistryStore(await tempFolder());
    signed = signedWith('a secret');
  });

  it('take what they were made for, with the metadata that was signed', async () => {
    const { method, url, headers } = await signed.urls.upload(aPermit(), 15 * MINUTE);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:8787\/signed\/[\w.-]+$/);
    expect(headers).toEqual({});
    expect(await send(method, url, BODY)).toBe(200);
    const stored = await registry.get(KEY);
    expect(new TextDecoder().decode(stored?.body)).toBe(BODY);
    expect(stored?.metadata).toEqual({ developer: 'acme', caller: 'ada' });
  });

  it('replace what lies there already, also with the same bytes again', async () => {
    const { url } = await signed.urls.upload(aPermit({ size: null, sha256: null }), 15 * MINUTE);
    for (const body of ['one', 'two', 'two']) expect(await send('PUT', url, body)).toBe(200);
    expect(new TextDecoder().decode((await registry.get(KEY))?.body)).toBe('two');
  });

  it.for<readonly [string, string, number | string]>([
    ['fewer bytes', BODY.slice(1), 'invalid-input'],
    ['more bytes', `${BODY}!`, 'body-too-large'],
    ['other bytes', BODY.replace('bytes', 'BYTES'), 'invalid-input'],
    ['nothing', '', 'invalid-input'],
  ])('refuse %s than was said, and leave nothing', async ([, body, answer]) => {
    const { url } = await signed.urls.upload(aPermit(), 15 * MINUTE);
    expect(await send('PUT', url, body)).toBe(answer);
    expect(await registry.get(KEY)).toBeUndefined();
  });

  it('take a sidecar of any bytes, but never a large one', async () => {
    const { url } = await signed.urls.upload(aPermit({ size: null, sha256: null }), 15 * MINUTE);
    expect(await send('PUT', url, 'x'.repeat(64 * 1024))).toBe(200);
    expect(await send('PUT', url, 'x'.repeat(64 * 1024 + 1))).toBe('body-too-large');
  });

  it('give what the key holds, and say when it holds nothing', async () => {
    const url = await signed.urls.download(KEY, 15 * MINUTE);
    expect(await send('GET', url)).toBe('package-not-found');
    await registry.put(KEY, new TextEncoder().encode(BODY), 'absent');
    const answer = await signed.serve(new Request(url));
    expect(await answer.text()).toBe(BODY);
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
  });

  it('are over when their time is', async () => {
    const { url } = await signed.urls.upload(aPermit(), 15 * MINUTE);
    clock.advance(15 * MINUTE - 1);
    expect(await send('PUT', url, BODY)).toBe(200);
    clock.advance(1);
    expect(await send('PUT', url, BODY)).toBe('forbidden');
  });

  it('do one thing only', async () => {
    const { url: upload } = await signed.urls.upload(aPermit(), MINUTE);
    const download = await signed.urls.download(KEY, MINUTE);
    expect(await send('GET', upload)).toBe('forbidden');
    expect(await send('PUT', download, BODY)).toBe('forbidden');
    expect(await send('DELETE', download)).toBe('forbidden');
  });

  it('are worth nothing when anything of them was changed, or somebody else made them', async () => {
    const url = await signed.urls.download(KEY, MINUTE);
    const [, text = '', mac = ''] = /\/signed\/([^.]+)\.(.+)$/.exec(url) ?? [];
    const permit = JSON.parse(Buffer.from(text, 'base64url').toString());
    const other = Buffer.from(JSON.stringify({ ...permit, key: 'uploads/other/x.apkg' })).toString('base64url');
    const foreign = await signedWith('another secret').urls.download(KEY, MINUTE);
    const base = 'http://127.0.0.1:8787/signed';
    for (const bad of [
      `${base}/${other}.${mac}`,
      `${base}/${text}.${mac.slice(1)}`,
      `${base}/${text}`,
      `${base}/x`,
      foreign,
    ]) {
      expect(await send('GET', bad), bad).toBe('forbidden');
    }
  });

  it('are good for a server that was started again with the same secret', async () => {
    const url = await signedWith('a secret').urls.download(KEY, MINUTE);
    expect(await send('GET', url)).toBe('package-not-found');
  });
});
