import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { buildQueryString, type HttpRequest } from '@smithy/core/protocols';
import type { Clock } from '#shared/ports/clock.ts';
import type { UrlSigner } from '#shared/ports/url-signer.ts';

export interface S3UrlSignerOptions {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly clock: Clock;
}

type Address = Pick<HttpRequest, 'protocol' | 'hostname' | 'port' | 'path'>;
type Headers = Readonly<Record<string, string>>;

interface Signing {
  readonly method: 'GET' | 'PUT';
  readonly headers: Headers;
  readonly expiresInMs: number;
}

/** What S3's signer can besides, and its type does not say. */
interface Presigner {
  presign(
    request: Address & { method: string; headers: Headers; query: object },
    options: { expiresIn: number; signingDate: Date; unhoistableHeaders: Set<string> },
  ): Promise<Pick<HttpRequest, 'query'>>;
}

/**
 * Addresses signed with the credentials of the function: whoever has one may do what the function's role may do with
 * that key, until it expires or the role's session does. Everything that is given is signed as a header, never moved
 * into the address, so that S3 refuses whoever sends it otherwise or leaves it out.
 */
export const s3UrlSigner = ({ s3, bucket, clock }: S3UrlSignerOptions): UrlSigner => {
  const signed = async (key: string, { method, headers, expiresInMs }: Signing): Promise<string> => {
    const to = await addressOf(s3, bucket, key);
    const host = to.port === undefined ? to.hostname : `${to.hostname}:${to.port}`;
    const signer = (await s3.config.signer()) as unknown as Presigner;
    // The bytes are not signed: their digest is, where it is known.
    const given = { ...headers, host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    const { query } = await signer.presign(
      { ...to, method, headers: given, query: {} },
      {
        expiresIn: Math.floor(expiresInMs / 1000),
        signingDate: new Date(clock.now()),
        unhoistableHeaders: new Set(Object.keys(headers)),
      },
    );
    return `${to.protocol}//${host}${to.path}?${buildQueryString(query)}`;
  };

  return {
    upload: async ({ key, size, sha256, metadata }, expiresInMs) => {
      const headers = {
        ...(size !== null && { 'content-length': String(size) }),
        ...(sha256 !== null && { 'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64') }),
        ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
      };
      return { method: 'PUT', url: await signed(key, { method: 'PUT', headers, expiresInMs }), headers };
    },

    download: (key, expiresInMs) => signed(key, { method: 'GET', headers: {}, expiresInMs }),
  };
};

/** Where the client would send it: it knows regions, partitions and emulators. Nothing is sent. */
const addressOf = async (s3: S3Client, bucket: string, key: string): Promise<Address> => {
  const found: Address[] = [];
  const command = new GetObjectCommand({ Bucket: bucket, Key: key });
  command.middlewareStack.add(
    () => async (args) => {
      found.push(args.request as HttpRequest);
      return { output: { $metadata: {} }, response: {} };
    },
    { step: 'build', name: 'address', priority: 'high' },
  );
  await s3.send(command);
  const [address] = found;
  if (!address) throw new Error('the client made no request');
  const { protocol, hostname, port, path } = address;
  return { protocol, hostname, path, ...(port !== undefined && { port }) };
};
