import { BODY_LIMIT_BYTES, bodyTooLarge } from '#shared/http/read-input.ts';

/** The body as text; refuses what is too long as soon as that is known, without reading the rest. */
export const readBody = async ({ body, headers }: Request): Promise<string> => {
  if (Number(headers.get('content-length') ?? 0) > BODY_LIMIT_BYTES) throw bodyTooLarge();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > BODY_LIMIT_BYTES) throw bodyTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};
