import { describe, expect, it } from 'vitest';
import { packagesClient } from '#shared/adapters/aws/clients.ts';
import { s3UrlSigner } from '#shared/adapters/aws/s3-url-signer.ts';
import { refusalOf, type Sent } from '../support/signed-request.ts';
import { MINUTE, SECOND, T0, virtualClock } from '../support/virtual-clock.ts';

const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret/key+=', sessionToken: 'a/session+token==' };
const clock = virtualClock(T0);

const signerFor = (elsewhere: object = {}) => {
  const s3 = packagesClient({ region: 'eu-central-1', credentials, ...elsewhere });
  return s3UrlSigner({ s3, bucket: 'nightporter-dev-apkg', clock });
};
const signer = signerFor();

const permit = {
  key: 'uploads/acme/echo-1.0.0.apkg',
  size: 1234,
  sha256: '00ff'.repeat(16),
  metadata: { developer: 'acme', caller: 'arn:aws:iam::123456789012:role/ci' },
};
const upload = (more: Partial<typeof permit> = {}) => signer.upload({ ...permit, ...more }, 15 * MINUTE);

const told = (sent: Sent, now = T0) => refusalOf(sent, credentials, now);

describe('a signed address for an upload', () => {
  it('is of the bucket and the key, and says what to send with it', async () => {
    const { method, url, headers } = await upload();
    expect(method).toBe('PUT');
    expect(url.split('?')[0]).toBe(
      'https://nightporter-dev-apkg.s3.eu-central-1.amazonaws.com/uploads/acme/echo-1.0.0.apkg',
    );
    expect(headers).toEqual({
      'content-length': '1234',
      'x-amz-checksum-sha256': 'AP8A/wD/AP8A/wD/AP8A/wD/AP8A/wD/AP8A/wD/AP8=',
      'x-amz-meta-developer': 'acme',
      'x-amz-meta-caller': 'arn:aws:iam::123456789012:role/ci',
    });
    expect(new URL(url).searchParams.get('X-Amz-SignedHeaders')).toBe(
      'content-length;host;x-amz-checksum-sha256;x-amz-meta-caller;x-amz-meta-developer',
    );
  });

  it('is taken with exactly these headers', async () => {
    expect(told(await upload())).toBeNull();
  });

  it.each(['content-length', 'x-amz-checksum-sha256', 'x-amz-meta-developer', 'x-amz-meta-caller'])(
    'is refused with another %s, and without',
    async (name) => {
      const signed = await upload();
      const { [name]: _, ...others } = signed.headers;
      expect(told({ ...signed, headers: others })).toBe('another signature');
      expect(told({ ...signed, headers: { ...signed.headers, [name]: 'another' } })).toBe('another signature');
    },
  );

  it('is refused with more than was signed', async () => {
    const signed = await upload();
    const headers = { ...signed.headers, 'x-amz-meta-sha256': '00' };
    expect(told({ ...signed, headers })).toBe('not signed: x-amz-meta-sha256');
  });

  it('is refused for another key or another way to use it', async () => {
    const signed = await upload();
    expect(told({ ...signed, url: signed.url.replace('/acme/', '/other/') })).toBe('another signature');
    expect(told({ ...signed, method: 'GET' })).toBe('another signature');
    expect(told({ ...signed, url: signed.url.replace('X-Amz-Expires=900', 'X-Amz-Expires=9000') })).toBe(
      'another signature',
    );
  });

  it('is good for as long as it says', async () => {
    const signed = await upload();
    expect(told(signed, T0 + 15 * MINUTE)).toBeNull();
    expect(told(signed, T0 + 15 * MINUTE + SECOND)).toBe('expired');
  });

  it('says nothing of what is not known beforehand', async () => {
    const signed = await signer.upload({ ...permit, size: null, sha256: null, metadata: {} }, MINUTE);
    expect(signed.headers).toEqual({});
    expect(told(signed)).toBeNull();
  });

  it.each(['uploads/a@b,c=d/x+y.apkg', 'uploads/acme/größe.apkg', 'uploads/acme/a b (1).apkg'])(
    'is right for a key with signs such as in %s',
    async (key) => {
      const signed = await upload({ key });
      expect(decodeURIComponent(new URL(signed.url).pathname)).toBe(`/${key}`);
      expect(told(signed)).toBeNull();
    },
  );
});

describe('a signed address for a download', () => {
  it('needs nothing sent with it', async () => {
    const url = await signer.download('packages/acme/echo/1.0.0/package.apkg', MINUTE);
    expect(told({ method: 'GET', url, headers: {} })).toBeNull();
    expect(told({ method: 'PUT', url, headers: {} })).toBe('another signature');
    expect(told({ method: 'GET', url: url.replace('1.0.0', '2.0.0'), headers: {} })).toBe('another signature');
  });

  it.each([
    [{ region: 'cn-north-1' }, 'https://nightporter-dev-apkg.s3.cn-north-1.amazonaws.com.cn/packages/'],
    [
      { endpoint: 'http://127.0.0.1:5000', forcePathStyle: true },
      'http://127.0.0.1:5000/nightporter-dev-apkg/packages/',
    ],
  ])('is where the client finds the bucket: %o', async (elsewhere, beginning) => {
    const url = await signerFor(elsewhere).download('packages/acme/echo/1.0.0/package.apkg', MINUTE);
    expect(url.startsWith(beginning)).toBe(true);
    expect(told({ method: 'GET', url, headers: {} })).toBeNull();
  });
});
