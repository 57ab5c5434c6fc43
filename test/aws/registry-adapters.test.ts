import { createHash, randomUUID } from 'node:crypto';
import { CreateBucketCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, inject, it } from 'vitest';
import { packagesClient } from '#shared/adapters/aws/clients.ts';
import { s3UrlSigner } from '#shared/adapters/aws/s3-url-signer.ts';
import { s3RegistryStore } from '#shared/adapters/aws/s3-versioned-objects.ts';
import { snsAnnouncer } from '#shared/adapters/aws/sns-announcer.ts';
import { sqsDeadLetters } from '#shared/adapters/aws/sqs-dead-letters.ts';
import { systemClock } from '#shared/adapters/system-clock.ts';
import type { Announcement } from '#shared/domain/registry/promotion.ts';
import { deadLettersContract } from '../contracts/dead-letters.contract.ts';
import { versionedObjectsContract } from '../contracts/versioned-objects.contract.ts';
import { ministackRegistryGaps, motoRegistryGaps } from './known-gaps.ts';
import { s3On, snsOn, sqsOn } from './support/clients.ts';
import { withKnownGaps } from './support/with-known-gaps.ts';

const backends = [
  { name: 'the registry on moto', endpoint: inject('motoUrl'), gaps: motoRegistryGaps },
  { name: 'the registry on MiniStack', endpoint: inject('ministackUrl'), gaps: ministackRegistryGaps },
];

/** The one key whose secret MiniStack knows, and so can see whether a signature is right; moto believes any. */
const known = (endpoint: string) => ({
  endpoint,
  region: 'eu-central-1',
  forcePathStyle: true,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');

const published: Announcement = {
  type: 'package.published',
  id: 'ab'.repeat(32),
  developer: 'acme',
  name: 'echo',
  version: '1.4.2',
  sha256: 'cd'.repeat(32),
  size: 1234,
  key: 'packages/acme/echo/1.4.2/package.apkg',
  at: '2026-11-20T10:00:00.000Z',
};

for (const { name, endpoint, gaps } of backends) {
  const s3 = s3On(endpoint);
  const sns = snsOn(endpoint);
  const sqs = sqsOn(endpoint);

  const newBucket = async (): Promise<string> => {
    const Bucket = `registry-${randomUUID()}`;
    const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' } as const;
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    return Bucket;
  };

  const newQueue = async (): Promise<string> => {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `queue-${randomUUID()}` }));
    return QueueUrl;
  };

  const received = async (QueueUrl: string): Promise<readonly Message[]> => {
    const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] });
    return (await sqs.send(command)).Messages ?? [];
  };

  withKnownGaps(name, gaps, () => {
    versionedObjectsContract({ name: 's3', make: async () => s3RegistryStore({ s3, bucket: await newBucket() }) });

    deadLettersContract({
      name: 'sqs',
      make: async () => {
        const [queueUrl, sourceUrl] = [await newQueue(), await newQueue()];
        return {
          deadLetters: sqsDeadLetters({ sqs, queueUrl, sourceUrl }),
          giveUp: async (MessageBody, replays) => {
            const MessageAttributes = { replays: { DataType: 'Number', StringValue: String(replays) } };
            const more = replays === undefined ? {} : { MessageAttributes };
            await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody, ...more }));
          },
          sentBack: async () =>
            (await received(sourceUrl)).map(({ Body = '', MessageAttributes = {} }) => ({
              body: Body,
              attributes: Object.fromEntries(
                Object.entries(MessageAttributes).map(([attribute, { StringValue = '' }]) => [attribute, StringValue]),
              ),
            })),
        };
      },
    });

    describe('an announcement', () => {
      it('reaches those who asked for its kind and its developer, and spares the others', async () => {
        const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: `packages-${randomUUID()}` }));
        const subscriber = async (filter: object): Promise<string> => {
          const queueUrl = await newQueue();
          const attributes = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] });
          const Endpoint = (await sqs.send(attributes)).Attributes?.['QueueArn'];
          const Attributes = { FilterPolicy: JSON.stringify(filter) };
          await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));
          return queueUrl;
        };
        const ofPublished = await subscriber({ type: ['package.published'], developer: ['acme'] });
        const ofYanked = await subscriber({ type: ['package.yanked'] });
        const ofOthers = await subscriber({ developer: ['other'] });
        await snsAnnouncer({ sns, topicArn: TopicArn }).announce(published);
        const [message] = await received(ofPublished);
        expect(JSON.parse(JSON.parse(message?.Body ?? '{}').Message)).toEqual(published);
        expect(await received(ofYanked)).toEqual([]);
        expect(await received(ofOthers)).toEqual([]);
      });
    });

    describe('a signed address', () => {
      const key = 'uploads/acme/a+b.apkg';
      const permit = { key, size: 5, sha256: sha256Of('bytes'), metadata: { developer: 'acme', caller: 'ada' } };

      const aBucket = async () => {
        const bucket = await newBucket();
        return {
          store: s3RegistryStore({ s3, bucket }),
          signer: s3UrlSigner({ s3: packagesClient(known(endpoint)), bucket, clock: systemClock() }),
        };
      };
      const statusOf = async (url: string, request: RequestInit): Promise<number> => (await fetch(url, request)).status;

      it('takes an upload with what was signed, and gives it back', async () => {
        const { store, signer } = await aBucket();
        const { method, url, headers } = await signer.upload(permit, 60_000);
        expect(await statusOf(url, { method, headers, body: 'bytes' })).toBe(200);
        expect(await store.stat(key)).toMatchObject({ size: 5, metadata: { developer: 'acme', caller: 'ada' } });
        expect(await (await fetch(await signer.download(key, 60_000))).text()).toBe('bytes');
      });

      it('has the digest kept that was signed', async () => {
        const { store, signer } = await aBucket();
        const { method, url, headers } = await signer.upload(permit, 60_000);
        await fetch(url, { method, headers, body: 'bytes' });
        expect(await store.stat(key)).toMatchObject({ sha256: sha256Of('bytes') });
      });

      it('refuses another developer, another key, and other bytes', async () => {
        const { store, signer } = await aBucket();
        const { method, url, headers } = await signer.upload(permit, 60_000);
        const other = { ...headers, 'x-amz-meta-developer': 'other' };
        expect(await statusOf(url, { method, headers: other, body: 'bytes' })).toBe(403);
        expect(await statusOf(url.replace('/acme/', '/other/'), { method, headers, body: 'bytes' })).toBe(403);
        expect(await statusOf(url, { method, headers, body: 'other' })).toBe(400);
        expect((await store.list('')).objects).toEqual([]);
      });
    });
  });
}
