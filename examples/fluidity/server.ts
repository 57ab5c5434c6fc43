/**
 * A tunnel server of the kind that Fluidity runs on Fargate: agents keep a connection open to it, and streams go through
 * it to where they ask for. It tells what Fluidity's server tells: how many connections there are, and when something
 * last happened. Who an agent is it does not ask; Fluidity's does.
 */
import { connect, createServer, type Socket } from 'node:net';
import { firstLine, HELLO, pipeBoth } from './wire.ts';

const { PORT = '8443', METRICS_NAMESPACE = 'Fluidity', METRICS_EVERY_MS = '1000' } = process.env;

const connections = new Set<Socket>();
let lastActivityAt = Date.now();

const report = (): void => {
  const Metrics = [
    { Name: 'ActiveConnections', Unit: 'Count' },
    { Name: 'LastActivityEpochSeconds', Unit: 'Seconds' },
  ];
  const CloudWatchMetrics = [{ Namespace: METRICS_NAMESPACE, Dimensions: [['ServiceName', 'ClusterName']], Metrics }];
  console.log(
    JSON.stringify({
      _aws: { Timestamp: Date.now(), CloudWatchMetrics },
      ServiceName: process.env['ECS_SERVICE_NAME'] ?? 'fluidity-server',
      ClusterName: process.env['ECS_CLUSTER_NAME'] ?? 'fluidity',
      ActiveConnections: connections.size,
      LastActivityEpochSeconds: Math.floor(lastActivityAt / 1000),
    }),
  );
};

const count = (socket: Socket): void => {
  connections.add(socket);
  lastActivityAt = Date.now();
  socket.once('close', () => {
    connections.delete(socket);
    lastActivityAt = Date.now();
  });
};

const serve = async (socket: Socket): Promise<void> => {
  const line = await firstLine(socket);
  // Not before: a health check connects too, says nothing, and would keep the server awake for ever.
  count(socket);
  if (line === HELLO) {
    socket.write(`${HELLO}\n`);
    return void socket.resume();
  }
  const [, host, port] = /^CONNECT ([\w.-]+):(\d{1,5})$/.exec(line) ?? [];
  if (host === undefined) throw new Error(`not understood: ${line}`);
  pipeBoth(socket, connect(Number(port), host));
};

const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  serve(socket).catch(() => socket.destroy());
});

server.listen(Number(PORT), '127.0.0.1', () => console.log(`tunnels begin at 127.0.0.1:${PORT}`));
const reports = setInterval(report, Number(METRICS_EVERY_MS));

process.once('SIGTERM', () => {
  clearInterval(reports);
  server.close();
  for (const socket of connections) socket.end();
  setTimeout(() => process.exit(0), 500).unref();
});
