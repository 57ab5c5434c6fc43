import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ECSClient } from '@aws-sdk/client-ecs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { publicAddresses } from '#shared/adapters/aws/public-addresses.ts';
import { virtualClock } from '../support/virtual-clock.ts';

interface Asked {
  readonly authorization: string;
  readonly token: string | undefined;
  readonly fields: URLSearchParams;
}

type Answer = { readonly status: number; readonly body: string };

const answer = (...items: readonly string[]): Answer => ({
  status: 200,
  body: `<?xml version="1.0" encoding="UTF-8"?>
<DescribeNetworkInterfacesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>
<networkInterfaceSet>${items.join('')}</networkInterfaceSet></DescribeNetworkInterfacesResponse>`,
});

const item = (id: string, publicIp?: string): string =>
  `<item><networkInterfaceId>${id}</networkInterfaceId>${
    publicIp === undefined
      ? ''
      : `<association><publicIp>${publicIp}</publicIp><ipOwnerId>amazon</ipOwnerId></association>`
  }<status>in-use</status></item>`;

const refusal = (status: number, code: string): Answer => ({
  status,
  body: `<Response><Errors><Error><Code>${code}</Code><Message>no</Message></Error></Errors></Response>`,
});

/** An EC2 that answers as told, in order, and the question function that is asked through real HTTP. */
const ec2 = async (answers: (fields: URLSearchParams) => Answer) => {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const fields = new URLSearchParams(body);
      asked.push({
        authorization: request.headers.authorization ?? '',
        token: request.headers['x-amz-security-token'] as string | undefined,
        fields,
      });
      const { status, body: text } = answers(fields);
      response.writeHead(status, { 'content-type': 'text/xml' }).end(text);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  const client = new ECSClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' },
  });
  onTestFinished(() => client.destroy());
  const clock = virtualClock();
  const { port } = server.address() as AddressInfo;
  const addresses = publicAddresses({ config: client.config, clock, endpoint: `http://127.0.0.1:${port}/` });
  return { asked, addresses, clock };
};

const scripted = (...answers: readonly Answer[]) => {
  const left = [...answers];
  return (): Answer => left.shift() ?? refusal(500, 'NothingLeft');
};

describe('public addresses', () => {
  it('are found by interface, in one call', async () => {
    const { addresses, asked } = await ec2(() => answer(item('eni-1', '203.0.113.7'), item('eni-2', '203.0.113.8')));
    expect([...(await addresses(['eni-1', 'eni-2']))]).toEqual([
      ['eni-1', '203.0.113.7'],
      ['eni-2', '203.0.113.8'],
    ]);
    expect(asked.map(({ fields }) => Object.fromEntries(fields))).toEqual([
      {
        Action: 'DescribeNetworkInterfaces',
        Version: '2016-11-15',
        'Filter.1.Name': 'network-interface-id',
        'Filter.1.Value.1': 'eni-1',
        'Filter.1.Value.2': 'eni-2',
      },
    ]);
  });

  it('are asked for under a signature for EC2, session and all', async () => {
    const { addresses, asked } = await ec2(() => answer(item('eni-1', '203.0.113.7')));
    await addresses(['eni-1']);
    expect(asked[0]?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/ec2\/aws4_request, SignedHeaders=[^,]*host[^,]*, Signature=[0-9a-f]{64}$/,
    );
    expect(asked[0]?.token).toBe('session');
  });

  it.each([
    ['no interface', answer()],
    ['an interface without an address yet', answer(item('eni-1'))],
  ])('are absent where EC2 knows %s', async (_, given) => {
    const { addresses } = await ec2(() => given);
    expect((await addresses(['eni-1'])).size).toBe(0);
  });

  it('are asked for 200 at a time', async () => {
    const { addresses, asked } = await ec2((fields) => {
      const ids = [...fields].filter(([name]) => name.startsWith('Filter.1.Value.')).map(([, id]) => id);
      return answer(...ids.map((id) => item(id, '203.0.113.7')));
    });
    expect((await addresses(Array.from({ length: 201 }, (_, index) => `eni-${index}`))).size).toBe(201);
    expect(asked).toHaveLength(2);
  });

  it('are not asked for where there are no interfaces', async () => {
    const { addresses, asked } = await ec2(() => answer());
    await addresses([]);
    expect(asked).toEqual([]);
  });

  it.each([
    ['told to slow down', refusal(503, 'RequestLimitExceeded')],
    ['told so with a status of the caller', refusal(400, 'RequestLimitExceeded')],
    ['EC2 is out of order', refusal(500, 'InternalError')],
  ])('are asked for again, after a pause, when %s', async (_, refused) => {
    const { addresses, clock } = await ec2(scripted(refused, refused, answer(item('eni-1', '203.0.113.7'))));
    expect((await addresses(['eni-1'])).get('eni-1')).toBe('203.0.113.7');
    expect(clock.slept).toEqual([200, 400]);
  });

  it('are refused as throttled when three tries were not enough', async () => {
    const { addresses, asked } = await ec2(() => refusal(503, 'RequestLimitExceeded'));
    await expect(addresses(['eni-1'])).rejects.toMatchObject({ code: 'throttled', details: { retryAfterMs: 2_000 } });
    expect(asked).toHaveLength(3);
  });

  it('are an outage when EC2 refuses for any other reason, told at once', async () => {
    const { addresses, asked } = await ec2(() => refusal(403, 'UnauthorizedOperation'));
    await expect(addresses(['eni-1'])).rejects.toThrow(/403.*UnauthorizedOperation/s);
    expect(asked).toHaveLength(1);
  });
});
