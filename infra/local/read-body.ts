import { BODY_LIMIT_BYTES, bodyTooLarge } from '#shared/http/read-input.ts';

/** The body; refuses what is longer than `limit` as soon as that is known, without reading the rest. */
export const readBytes = async ({ body, headers }: Request, limit: number): Promise<Buffer> => {
  if (Number(headers.get('content-length') ?? 0) > limit) throw bodyTooLarge(limit);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > limit) throw bodyTooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** The body as text. */
export const readBody = async (request: Request): Promise<string> =>
  (await readBytes(request, BODY_LIMIT_BYTES)).toString('utf8');
