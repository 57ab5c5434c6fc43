import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../../infra/local/listen.ts';

/** What a server says to these bytes until it hangs up. */
const answerTo = async (bytes: string, fetch: () => Promise<Response> | Response = () => new Response('ok')) => {
  const { url, close } = await listen({ fetch, host: '127.0.0.1', port: 0 });
  onTestFinished(close);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(bytes);
  const answer = await text(socket);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  return { answer, head, body };
};

describe('a request that Node cannot read', () => {
  it.each([
    ['malformed', 'NONSENSE\r\n\r\n', 400, 'Bad Request'],
    [
      'with too many headers',
      `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
      'Request Header Fields Too Large',
    ],
  ])('%s is answered with a problem', async (_, bytes, status, phrase) => {
    const { head, body } = await answerTo(bytes);
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} ${phrase}\r\n`));
    expect(head).toContain('content-type: application/problem+json');
    expect(head).toContain('connection: close');
    expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
    expect(JSON.parse(body)).toEqual({
      type: 'urn:nightporter:problem:invalid-input',
      title: 'The request is not valid',
      status,
      code: 'invalid-input',
      detail: expect.stringMatching(/^[a-z].+/),
      field: null,
    });
  });

  it('after one that is still being answered breaks nothing into that answer', async () => {
    const endless = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('first part')) });
    const first = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
    const { url, close } = await listen({ fetch: () => new Response(endless), host: '127.0.0.1', port: 0 });
    onTestFinished(close);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (answer += chunk));
    socket.once('data', () => socket.write('NONSENSE\r\n\r\n'));
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(first);
    await closed;
    expect(answer).toContain('first part');
    expect(answer).not.toContain('problem+json');
  });
});
