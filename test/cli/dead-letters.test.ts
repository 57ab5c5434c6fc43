import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, type TestContext } from 'vitest';
import { sqsDeadLetters } from '#shared/adapters/aws/sqs-dead-letters.ts';
import { browseDeadLetters } from '#shared/usecases/registry/browse-dead-letters.ts';
import { builtCli } from '../support/built-cli.ts';
import { folderOf } from '../support/local-server.ts';
import { scriptedSqs } from '../support/scripted-sqs.ts';

const cli = builtCli();

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

interface Letter {
  readonly MessageId: string;
  readonly Body: string;
  isHidden: boolean;
}

const about = (key: string): string => JSON.stringify({ Records: [{ s3: { object: { key } } }] });

/** A queue of given-up messages and the one they came from, as SQS speaks: JSON over HTTP. */
const queues = async ({ onTestFinished }: TestContext, bodies: readonly string[]) => {
  let failed = bodies.map((Body, at): Letter => ({ MessageId: `letter-${at}`, Body, isHidden: false }));
  const arrived: { readonly body: string; readonly replayedBy: string }[] = [];
  const answers: Readonly<Record<string, (input: any) => object>> = {
    ReceiveMessage: ({ MaxNumberOfMessages: most }) => {
      const taken = failed.filter(({ isHidden }) => !isHidden).slice(0, most);
      for (const letter of taken) letter.isHidden = true;
      const Attributes = { SentTimestamp: '1700000000000', ApproximateReceiveCount: '5' };
      return {
        Messages: taken.map(({ MessageId, Body }) => ({
          MessageId,
          Body,
          MD5OfBody: createHash('md5').update(Body).digest('hex'),
          ReceiptHandle: MessageId,
          Attributes,
        })),
      };
    },
    ChangeMessageVisibility: ({ ReceiptHandle }) => {
      for (const letter of failed) if (letter.MessageId === ReceiptHandle) letter.isHidden = false;
      return {};
    },
    SendMessage: ({ MessageBody, MessageAttributes }) => {
      arrived.push({ body: MessageBody, replayedBy: MessageAttributes.replayedBy.StringValue });
      return { MessageId: 'sent', MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') };
    },
    DeleteMessage: ({ ReceiptHandle }) => {
      failed = failed.filter(({ MessageId }) => MessageId !== ReceiptHandle);
      return {};
    },
  };
  const server = createServer((request, response) => {
    void textOf(request).then((text) => {
      const action = String(request.headers['x-amz-target']).replace('AmazonSQS.', '');
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(answers[action]?.(JSON.parse(text)) ?? {}));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/123456789012`;
  return { url, left: () => failed.map(({ MessageId }) => MessageId), arrived };
};

const environmentOf = (url: string): object => ({
  METRIC_NAMESPACE: 'Nightporter',
  DEPLOYMENT: 'nightporter-test',
  CONTROL_BUCKET: 'control',
  REGISTRY_BUCKET: 'registry',
  PACKAGES_TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:packages',
  UNREGISTERED_DEVELOPERS: 'refuse',
  UPLOADER_ID: 'AROAUPLOADUPLOADUPLOA',
  OBJECT_LOCK_DAYS: 'off',
  ARRIVED_UPLOADS_URL: `${url}/arrived`,
  FAILED_UPLOADS_URL: `${url}/failed`,
});

it('an operator lists what was given up, looks at one and sends all back', async (context) => {
  const { url, left, arrived } = await queues(context, [about('uploads/ada/a.apkg'), 'nonsense']);
  const cwd = await folderOf(context);
  await writeFile(join(cwd, 'aws.json'), JSON.stringify(environmentOf(url)));
  const environment = {
    NIGHTPORTER_AWS: 'aws.json',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_SQS: url,
    AWS_ACCESS_KEY_ID: 'nobody',
    AWS_SECRET_ACCESS_KEY: 'nothing',
  };
  const run = (...args: readonly string[]) => cli.run(['dlq', ...args], { cwd, environment });

  const listed = await run('list', '--json');
  expect(listed).toMatchObject({ status: 0, stderr: '' });
  expect(listed.json.letters).toEqual([
    { id: 'letter-0', sentAt: '2023-11-14T22:13:20.000Z', receives: 5, replays: 0, keys: ['uploads/ada/a.apkg'] },
    { id: 'letter-1', sentAt: '2023-11-14T22:13:20.000Z', receives: 5, replays: 0, keys: [] },
  ]);
  // Whoever looked has hidden nothing from who comes next.
  expect((await run('list')).stdout).toContain('cannot be read');
  expect((await run('show', 'letter-1')).stdout).toBe('nonsense\n');
  expect(await run('show', 'letter-9')).toMatchObject({ status: 4, stdout: '' });

  expect(await run('replay', '--json')).toMatchObject({ status: 0, json: { replayed: 2 } });
  expect(left()).toEqual([]);
  expect(arrived.map(({ body }) => body)).toEqual([about('uploads/ada/a.apkg'), 'nonsense']);
  expect(arrived[0]?.replayedBy).toMatch(/@/);
}, 60_000);

it('without credentials an operator is told so, and what to look at', async (context) => {
  const { url } = await queues(context, []);
  const cwd = await folderOf(context);
  await writeFile(join(cwd, 'aws.json'), JSON.stringify({ Variables: environmentOf(url) }));
  const environment = { AWS_REGION: 'eu-central-1', AWS_EC2_METADATA_DISABLED: 'true' };
  const refused = await cli.run(['dlq', 'list', '--aws', 'aws.json'], { cwd, environment });
  expect(refused).toMatchObject({ status: 3, stdout: '' });
  expect(refused.stderr).toMatch(/^error: AWS: .+ \(.*aws sts get-caller-identity.*\)\n$/);
}, 60_000);

it('whoever looks leaves everything as it was, also when looking fails', async () => {
  const { sqs, put, queueAt } = scriptedSqs(() => 1_000);
  for (let at = 0; at < 25; at += 1) put('failed', `letter ${at}`);
  const deadLetters = sqsDeadLetters({ sqs, queueUrl: 'failed', sourceUrl: 'arrived' });
  expect(await browseDeadLetters({ deadLetters })(7)).toHaveLength(7);
  expect(await browseDeadLetters({ deadLetters })(1_000)).toHaveLength(25);
  let receives = 0;
  const failing = {
    ...deadLetters,
    receive: async (limit: number) => {
      receives += 1;
      if (receives === 2) throw new Error('no answer');
      return deadLetters.receive(limit);
    },
  };
  await expect(browseDeadLetters({ deadLetters: failing })(1_000)).rejects.toThrow('no answer');
  expect(queueAt('failed').every(({ visibleAt }) => visibleAt <= 1_000)).toBe(true);
});
