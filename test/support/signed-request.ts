import { createHash, createHmac } from 'node:crypto';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What somebody sends to a signed address. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

const byName = (a: readonly [string, string], b: readonly [string, string]): number => (a[0] < b[0] ? -1 : 1);

const MS_DATE = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/**
 * What S3 says of a request to a signed address, by the description of Signature Version 4 and not by the SDK's code:
 * `null` if it takes it.
 */
export const refusalOf = ({ method, url, headers }: Sent, credentials: Credentials, now: number): string | null => {
  const { searchParams, pathname, host } = new URL(url);
  const query = (name: string): string => searchParams.get(name) ?? '';
  const date = query('X-Amz-Date');
  const at = Date.parse(date.replace(MS_DATE, '$1-$2-$3T$4:$5:$6Z'));
  if (now > at + Number(query('X-Amz-Expires')) * 1000) return 'expired';
  if (query('X-Amz-Security-Token') !== (credentials.sessionToken ?? '')) return 'another session';

  const given = Object.entries({ ...headers, host }).map(([name, value]) => [name.toLowerCase(), value] as const);
  const signed = query('X-Amz-SignedHeaders').split(';');
  const unsigned = given.filter(([name]) => name.startsWith('x-amz-') && !signed.includes(name));
  if (unsigned.length > 0) return `not signed: ${unsigned.map(([name]) => name).join(', ')}`;

  const canonicalQuery = [...searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .toSorted(byName)
    .map((pair) => pair.join('='))
    .join('&');
  const canonicalHeaders = signed.map((name) => {
    const [, value = ''] = given.find(([each]) => each === name) ?? [];
    return `${name}:${value.trim()}\n`;
  });
  const canonical = [method, pathname, canonicalQuery, canonicalHeaders.join(''), signed.join(';'), 'UNSIGNED-PAYLOAD'];
  const [key, day = '', region = '', service = '', end = ''] = query('X-Amz-Credential').split('/');
  if (key !== credentials.accessKeyId) return 'another key';
  const scope = [day, region, service, end].join('/');
  const digest = createHash('sha256').update(canonical.join('\n')).digest('hex');
  const signingKey = [region, service, end].reduce(hmac, hmac(`AWS4${credentials.secretAccessKey}`, day));
  const signature = hmac(signingKey, ['AWS4-HMAC-SHA256', date, scope, digest].join('\n')).toString('hex');
  return signature === query('X-Amz-Signature') ? null : 'another signature';
};
