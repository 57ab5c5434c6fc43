/**
 * A service without HTTP: repeats the bytes it is sent and keeps connections open. Shows that an open connection
 * keeps a service awake while bytes move on it.
 */
import { createServer, type Socket } from 'node:net';
import { reportActivity } from './metrics.ts';

const { PORT = '9002' } = process.env;

const sockets = new Set<Socket>();
const activity = reportActivity('tcp', () => sockets.size);

const server = createServer({ allowHalfOpen: true }, (socket) => {
  sockets.add(socket);
  socket.on('data', () => activity.touch());
  socket.on('error', () => undefined); // a client that vanishes is none of our business; `close` follows
  socket.once('close', () => sockets.delete(socket));
  socket.pipe(socket);
});

server.listen(Number(PORT), '127.0.0.1', () => console.log(`tcp listens on 127.0.0.1:${PORT}`));

process.once('SIGTERM', () => {
  console.log(`tcp says goodbye to ${sockets.size} connections`);
  server.close(() => {
    sockets.clear(); // all closed, though some have yet to say so
    activity.end();
    process.exit(0);
  });
  // What was sent is still delivered; a client that never hangs up has no say in when we end.
  for (const socket of sockets) socket.destroySoon();
});
