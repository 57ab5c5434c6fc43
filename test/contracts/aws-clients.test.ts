import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeServicesCommand } from '@aws-sdk/client-ecs';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectionsOf, ecsClient, packagesClient, s3Client, snsClient } from '#shared/adapters/aws/clients.ts';
import { publicAddresses } from '#shared/adapters/aws/public-addresses.ts';
import { systemClock } from '#shared/adapters/system-clock.ts';
import { credentialsIn } from '../../infra/aws/environment-credentials.ts';

interface Seen {
  readonly headers: IncomingHttpHeaders;
  readonly port: number | undefined;
}

/** Answers with these statuses, then 200; remembers what was asked. */
const aServer = async (...statuses: readonly number[]) => {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const status = statuses[seen.length] ?? 200;
    seen.push({ headers: request.headers, port: request.socket.remotePort });
    request
      .resume()
      .on('end', () => response.writeHead(status).end(status === 200 ? '{}' : '{"__type":"ServerException"}'));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
};

/** Clients as functions make them, but for where AWS is and whose they are. */
const clientsOf = (url: string) => {
  const credentials = { accessKeyId: 'ASIA', secretAccessKey: 'x', sessionToken: 'the-session' };
  const elsewhere = { region: 'eu-central-1', endpoint: url, credentials };
  const ecs = ecsClient(elsewhere);
  const connections = connectionsOf(ecs);
  return { ecs, s3: s3Client(connections, elsewhere), connections };
};

const ASK = new DescribeServicesCommand({ services: ['api'] });

describe('the clients of a function', () => {
  it('count every attempt, over all of them', async () => {
    const { url, seen } = await aServer(500);
    const { ecs, s3, connections } = clientsOf(url);
    await ecs.send(ASK);
    await s3.send(new PutObjectCommand({ Bucket: 'control', Key: 'x', Body: new Uint8Array(3) }));
    const addresses = publicAddresses({ config: ecs.config, clock: systemClock(), endpoint: `${url}/` });
    await addresses(['eni-1']).catch(() => undefined);
    expect(seen).toHaveLength(4);
    expect(connections.requests()).toBe(4);
  });

  it('keep their connection for the next call', async () => {
    const { url, seen } = await aServer();
    const { ecs } = clientsOf(url);
    await ecs.send(ASK);
    await ecs.send(ASK);
    expect(new Set(seen.map(({ port }) => port)).size).toBe(1);
  });

  it('send no checksum with a document', async () => {
    const { url, seen } = await aServer();
    await clientsOf(url).s3.send(new PutObjectCommand({ Bucket: 'control', Key: 'x', Body: new Uint8Array(3) }));
    expect(Object.keys(seen[0]!.headers).filter((name) => name.includes('checksum'))).toEqual([]);
    expect(seen[0]!.headers['content-encoding']).toBeUndefined();
  });

  it('give up after a few attempts', async () => {
    const { url, seen } = await aServer(500, 500, 500, 500, 500, 500);
    await expect(clientsOf(url).ecs.send(ASK)).rejects.toThrow();
    expect(seen).toHaveLength(4);
  });
});

describe('the client that carries packages', () => {
  const elsewhere = (endpoint: string) => ({
    region: 'eu-central-1',
    endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId: 'ASIA', secretAccessKey: 'x' },
  });
  const body = new Uint8Array(3);

  it('brings the connections of those beside it, and counts their attempts', async () => {
    const { url, seen } = await aServer(500);
    const s3 = packagesClient(elsewhere(url));
    const connections = connectionsOf(s3);
    await s3.send(new PutObjectCommand({ Bucket: 'registry', Key: 'x', Body: body }));
    expect(seen).toHaveLength(2);
    expect(connections.requests()).toBe(2);
    expect(snsClient(connections).config.requestHandler).toBe(s3.config.requestHandler);
  });

  it('sends the digest that it is given, and none of its own', async () => {
    const { url, seen } = await aServer();
    const s3 = packagesClient(elsewhere(url));
    await s3.send(new PutObjectCommand({ Bucket: 'registry', Key: 'x', Body: body, ChecksumSHA256: 'AAAA' }));
    await s3.send(new PutObjectCommand({ Bucket: 'registry', Key: 'y', Body: body }));
    const sent = seen.map(({ headers }) => Object.entries(headers).filter(([name]) => /checksum-(?!mode)/.test(name)));
    expect(sent).toEqual([[['x-amz-checksum-sha256', 'AAAA']], []]);
  });
});

describe('the credentials of a bundle', () => {
  const KEYS = { AWS_ACCESS_KEY_ID: 'ASIA', AWS_SECRET_ACCESS_KEY: 'secret' };

  it('are those of the environment, with the session that temporary ones belong to', () => {
    expect(credentialsIn({ ...KEYS, AWS_SESSION_TOKEN: 'token', OTHER: 'x' })).toEqual({
      accessKeyId: 'ASIA',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    });
  });

  it('end when the environment says so', () => {
    const { expiration } = credentialsIn({ ...KEYS, AWS_CREDENTIAL_EXPIRATION: '2026-11-20T16:00:00Z' });
    expect(expiration).toEqual(new Date('2026-11-20T16:00:00Z'));
  });

  it('may do without a session', () => {
    expect(credentialsIn({ ...KEYS, AWS_SESSION_TOKEN: '' })).toEqual({
      accessKeyId: 'ASIA',
      secretAccessKey: 'secret',
    });
  });

  it.each([{}, { AWS_ACCESS_KEY_ID: 'ASIA' }, { AWS_SECRET_ACCESS_KEY: 'x' }])(
    'are not made up from %j',
    (environment) => {
      expect(() => credentialsIn(environment)).toThrow('no credentials');
    },
  );
});
