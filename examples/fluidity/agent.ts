/**
 * An agent as Fluidity's were before they signed their calls: two addresses and a key, no heartbeat, no name of its own.
 * It wakes the server, connects as soon as that works, and hands on what comes to its own port. When it is asked to go it
 * says so to KILL_ENDPOINT.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { kill, wake, type LifecycleSettings } from './lifecycle.ts';
import { connectTo, firstLine, HELLO, pipeBoth } from './wire.ts';

const setting = (name: string, preset?: string): string => {
  const value = process.env[name] ?? preset;
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
};

const lifecycle: LifecycleSettings = {
  wakeEndpoint: setting('WAKE_ENDPOINT'),
  killEndpoint: setting('KILL_ENDPOINT'),
  apiKey: setting('API_KEY'),
  localAddress: process.env['LOCAL_ADDRESS'],
};
const [host = '127.0.0.1', port = '8443'] = setting('SERVER', '127.0.0.1:8443').split(':');
const target = setting('TARGET');
const patienceMs = Number(setting('CONNECTION_TIMEOUT', '90')) * 1000;
const retryMs = Number(setting('CONNECTION_RETRY_INTERVAL', '5')) * 1000;

const open = async (line: string): Promise<Socket> => {
  const socket = connect(Number(port), host);
  await once(socket, 'connect');
  socket.write(`${line}\n`);
  return socket;
};

const greeted = async (): Promise<Socket> => {
  const socket = await open(HELLO);
  await firstLine(socket);
  return socket.on('error', () => socket.destroy()).resume();
};

/** Until the server is there, or patience is at its end. */
const connected = async (): Promise<Socket> => {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    try {
      return await greeted();
    } catch (error) {
      if (Date.now() > giveUpAt) throw error;
      await sleep(retryMs);
    }
  }
};

await wake(lifecycle).then(
  ({ status, message }) => console.log(`wake: ${status}, ${message}`),
  (error: Error) => console.warn(`wake failed, going on: ${error.message}`),
);
const tunnel = await connected();
tunnel.once('close', () => {
  console.log('the server has closed the tunnel');
  process.exit(1);
});

const entrance = createServer((socket) => {
  open(connectTo(target)).then(
    (stream) => pipeBoth(socket, stream),
    () => socket.destroy(),
  );
});
entrance.listen(0, '127.0.0.1', () => console.log(`connected; enter at ${JSON.stringify(entrance.address())}`));

const leave = async (): Promise<void> => {
  tunnel.removeAllListeners('close').destroy();
  entrance.close();
  await kill(lifecycle).then(
    ({ status, message }) => console.log(`kill: ${status}, ${message}`),
    (error: Error) => console.warn(`kill failed: ${error.message}`),
  );
  process.exit(0);
};
process.once('SIGTERM', () => void leave()).once('SIGINT', () => void leave());
