import type { Server, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { Refusal } from '#shared/domain/errors.ts';
import { refusalReply } from '#shared/http/problem.ts';

interface Fault {
  readonly status: number;
  readonly detail: string;
}

const MALFORMED: Fault = { status: 400, detail: 'this is not a well-formed HTTP request' };
const FAULTS: Readonly<Record<string, Fault>> = {
  HPE_HEADER_OVERFLOW: { status: 431, detail: 'the header fields are too large' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, detail: 'the request took too long to arrive' },
};

/** What no handler ever sees is answered in the same form as everything else, where Node would say nothing. */
export const answerBrokenRequests = (server: Server): void => {
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.on('request', ({ socket }, response) => answers.set(socket, response));
  server.on('clientError', ({ code = '' }: NodeJS.ErrnoException, socket) => {
    const answer = answers.get(socket);
    // In the middle of another answer this one would read as a part of it.
    const isAnswering = answer !== undefined && answer.headersSent && !answer.writableFinished;
    if (!socket.writable || isAnswering) socket.destroy();
    else socket.end(answerTo(FAULTS[code] ?? MALFORMED), () => socket.destroy());
  });
};

const answerTo = ({ status, detail }: Fault): string => {
  const refused = refusalReply(new Refusal('invalid-input', detail));
  const body = JSON.stringify({ ...refused.body, status });
  const headers = { ...refused.headers, 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n');
};
