type Body = NonNullable<RequestInit['body']>;

/** Where `fetch` lets nobody set the length, as in a browser, it sends a stream without one, and the store refuses it. */
const canStream = (): boolean =>
  new Request('http://localhost', { method: 'PUT', headers: { 'content-length': '1' } }).headers.has('content-length');

const PIECE_BYTES = 64 * 1024;

/** What is sent of a package, telling how far it has come: piece by piece where that can be known, else not at all. */
export const uploadBody = (content: Blob, onSent: ((bytes: number) => void) | undefined): Body => {
  if (!onSent || !canStream()) return content;
  let sent = 0;
  const pull = async (stream: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    if (sent >= content.size) return stream.close();
    const piece = await content.slice(sent, sent + PIECE_BYTES).arrayBuffer();
    stream.enqueue(new Uint8Array(piece));
    sent += piece.byteLength;
    onSent(sent);
  };
  return new ReadableStream({ pull }, { highWaterMark: 0 });
};

/** SHA-256 in lower-case hex. */
export const digestOf = async (content: Blob): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', await content.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
};
