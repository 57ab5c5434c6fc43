import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { Refusal } from '#shared/domain/errors.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import type { UploadPermit, UrlSigner } from '#shared/ports/url-signer.ts';
import type { VersionedObjects } from '#shared/ports/versioned-objects.ts';
import { readBytes } from './read-body.ts';

/** What an address allows: to put exactly this, or to get what the key holds. */
interface Permit extends UploadPermit {
  readonly does: 'put' | 'get';
  readonly endsAt: number;
}

export interface SignedAddressesOptions {
  /** Whoever knows it can make such addresses. */
  readonly secret: string;
  /** Where the server listens. */
  readonly baseUrl: () => string;
  readonly registry: ObjectStore & Pick<VersionedObjects, 'stat'>;
  readonly clock: Clock;
}

/** What takes the place of S3's signed URLs: addresses of this server that need no key. */
export interface SignedAddresses {
  readonly urls: UrlSigner;
  /** Serves such an address. Refuses one that is not of our making, is over, or is used for something else. */
  serve(request: Request): Promise<Response>;
}

/** All of them begin with it. */
export const SIGNED_PATH = '/signed/';
/** Of what nobody knows the size of beforehand: a checksum, a signature. */
const SMALL_BYTES = 64 * 1024;
const ATTEMPTS = 10;

const encoded = (permit: Permit): string => Buffer.from(JSON.stringify(permit)).toString('base64url');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const requireBytes = ({ size, sha256: expected }: Permit, body: Uint8Array): void => {
  if (size !== null && body.byteLength !== size) {
    throw new Refusal('invalid-input', `the body must have ${size} bytes, as was said beforehand`, { field: 'body' });
  }
  if (expected !== null && sha256(body) !== expected) {
    throw new Refusal('invalid-input', `the SHA-256 of the body must be ${expected}`, { field: 'body' });
  }
};

/** The permits hold across a restart: they are signed with a secret that does. */
export const signedAddresses = ({ secret, baseUrl, registry, clock }: SignedAddressesOptions): SignedAddresses => {
  const macOf = (text: string): Buffer => createHmac('sha256', secret).update(text).digest();
  const addressOf = (permit: Permit): string => {
    const text = encoded(permit);
    return `${baseUrl()}${SIGNED_PATH}${text}.${macOf(text).toString('base64url')}`;
  };

  const permitOf = ({ method, url }: Request): Permit => {
    const [text = '', mac = ''] = new URL(url).pathname.slice(SIGNED_PATH.length).split('.');
    const given = Buffer.from(mac, 'base64url');
    const expected = macOf(text);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new Refusal('forbidden', 'nobody here signed this address');
    }
    const permit = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Permit;
    if (clock.now() >= permit.endsAt) throw new Refusal('forbidden', 'this address is over; ask for another');
    if (method !== permit.does.toUpperCase()) throw new Refusal('forbidden', `this address is for ${permit.does} only`);
    return permit;
  };

  /** Whatever lay there before: an upload replaces the one of the same name. */
  const replace = async ({ key, metadata }: Permit, body: Uint8Array): Promise<void> => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const present = await registry.stat(key);
      const condition = present ? { etag: present.etag } : 'absent';
      if ((await registry.put(key, body, condition, metadata)).ok) return;
    }
    throw new Refusal('throttled', 'too many upload to the same address at once', { retryAfterMs: 1_000 });
  };

  const take = async (permit: Permit, request: Request): Promise<Response> => {
    const body = await readBytes(request, permit.size ?? SMALL_BYTES);
    requireBytes(permit, body);
    await replace(permit, body);
    return new Response(null, { status: 200 });
  };

  const give = async ({ key }: Permit): Promise<Response> => {
    const object = await registry.get(key);
    if (!object) throw new Refusal('package-not-found', 'there is nothing at this address any more');
    const headers = { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' };
    return new Response(new Uint8Array(object.body), { headers });
  };

  return {
    urls: {
      upload: async (permit, expiresInMs) => ({
        method: 'PUT',
        url: addressOf({ ...permit, does: 'put', endsAt: clock.now() + expiresInMs }),
        headers: {},
      }),
      download: async (key, expiresInMs) =>
        addressOf({ does: 'get', key, size: null, sha256: null, metadata: {}, endsAt: clock.now() + expiresInMs }),
    },
    serve: async (request) => {
      const permit = permitOf(request);
      return permit.does === 'put' ? take(permit, request) : give(permit);
    },
  };
};
