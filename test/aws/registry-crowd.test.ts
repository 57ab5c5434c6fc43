import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiptHandleIsInvalid,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { batchesOf } from '#shared/adapters/aws/at-once.ts';
import { s3ObjectStore } from '#shared/adapters/aws/s3-object-store.ts';
import { s3RegistryStore } from '#shared/adapters/aws/s3-versioned-objects.ts';
import { snsAnnouncer } from '#shared/adapters/aws/sns-announcer.ts';
import { nodeCodec } from '#shared/adapters/node-codec.ts';
import { systemClock } from '#shared/adapters/system-clock.ts';
import { yamlTree } from '#shared/adapters/yaml-tree.ts';
import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import { registryOn } from '#shared/usecases/registry/deps.ts';
import { packageProcessorEndpoint } from '../../functions/package-processor/endpoint.ts';
import { recordedTelemetry } from '../support/recorders.ts';
import { builtPackage, sha256Of } from '../support/registry/built-package.ts';
import { s3On, snsOn, sqsOn } from './support/clients.ts';

const UPLOADS = 500;
const DEVELOPERS = 50;
const KILLS = 20;
const PROCESSORS = 4;
const SEED = 20_261_124;
const PATIENCE_MS = 900_000;
/** So soon a message of somebody who died comes again. */
const HIDDEN_SECONDS = 15;

const endpoint = inject('motoUrl');
const [s3, sns, sqs] = [s3On(endpoint), snsOn(endpoint), sqsOn(endpoint)];
const random = fc.sample(fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })), {
  numRuns: 1,
  seed: SEED,
})[0] as Iterator<number>;
const chance = (): number => random.next().value as number;
const shuffled = <T>(values: readonly T[]): readonly T[] =>
  values
    .map((value) => [chance(), value] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, value]) => value);

const developerNamed = (index: number): string => `developer-${index % DEVELOPERS}`;
const principalOf = (developer: string): string =>
  `AROA${developer
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '')
    .padEnd(17, 'X')}`;

interface Upload {
  readonly key: string;
  readonly developer: string;
  readonly principal: string;
  readonly body: Uint8Array;
  readonly checksum: string;
  readonly code: string;
  /** Where it ends, if it is good. */
  readonly release: string | null;
}

/** One in five is bad, each in one of four ways. */
const uploadOf = (index: number): Upload => {
  const developer = developerNamed(index);
  const [name, version] = [`agent-${index % 7}`, `1.${index}.0`];
  const good = builtPackage({ name, version });
  const base = { key: `uploads/${developer}/upload-${index}.apkg`, developer, principal: principalOf(developer) };
  const bad = { ...base, body: good, checksum: sha256Of(good), release: null };
  switch (index % 20) {
    case 3:
      return {
        ...bad,
        body: new TextEncoder().encode(`no zip ${index}`),
        checksum: sha256Of(`no zip ${index}`),
        code: 'NOT_ZIP',
      };
    case 8:
      return { ...bad, checksum: sha256Of('another'), code: 'CHECKSUM_MISMATCH' };
    case 13:
      return { ...bad, principal: principalOf('somebody-else'), code: 'PRINCIPAL_MISMATCH' };
    case 18: {
      const body = builtPackage({ name, version, files: { 'agent.yaml': 'name: No\n' } });
      return { ...bad, body, checksum: sha256Of(body), code: 'YAML_AMBIGUOUS' };
    }
    default:
      return { ...bad, code: 'PUBLISHED', release: `${developer}/${name}/${version}` };
  }
};

const newQueue = async (seconds: number) => {
  const Attributes = { VisibilityTimeout: String(seconds) };
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `queue-${randomUUID()}`, Attributes }));
  const found = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  return { url: QueueUrl, arn: found.Attributes?.['QueueArn'] ?? '' };
};

const newBucket = async (isVersioned: boolean): Promise<string> => {
  const Bucket = `bucket-${randomUUID()}`;
  const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' } as const;
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  if (isVersioned) await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  return Bucket;
};

const receive = async (QueueUrl: string): Promise<readonly Message[]> =>
  (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))).Messages ?? [];

/** Whoever was too slow finds it told to somebody else: then it is theirs. */
const remove = async (QueueUrl: string, { ReceiptHandle }: Message): Promise<void> => {
  try {
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  } catch (cause) {
    if (!(cause instanceof ReceiptHandleIsInvalid)) throw cause;
  }
};

/** The registry's stack, as far as it concerns uploads. */
const newRegistry = async () => {
  const [bucket, control] = [await newBucket(true), await newBucket(false)];
  const [arrived, subscriber] = [await newQueue(HIDDEN_SECONDS), await newQueue(HIDDEN_SECONDS)];
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: `packages-${randomUUID()}` }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: subscriber.arn }));
  const Filter = { Key: { FilterRules: [{ Name: 'prefix' as const, Value: 'uploads/' }] } };
  const QueueConfigurations = [{ QueueArn: arrived.arn, Events: ['s3:ObjectCreated:*' as const], Filter }];
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: bucket,
      NotificationConfiguration: { QueueConfigurations },
    }),
  );
  const document = { schema: 1, keys: [], signature: 'optional', secrets: 'auto', limits: {} };
  for (let index = 0; index < DEVELOPERS; index += 1) {
    const developer = developerNamed(index);
    const Body = JSON.stringify({ ...document, principals: [principalOf(developer)] });
    await s3.send(new PutObjectCommand({ Bucket: control, Key: controlKeys.developer(developer), Body }));
  }

  /** Of one life; `callsLeft`: then it is dead, and nothing that it still wants reaches S3 or SNS. */
  const processor = (callsLeft: number) => {
    let left = callsLeft;
    const mortal = <C extends { send: (...args: never[]) => unknown }>(client: C): C => {
      const send = async (...args: never[]) => {
        left -= 1;
        if (left < 0) throw new Error('it is dead');
        return client.send(...args);
      };
      return { send } as unknown as C;
    };
    const mine = mortal(s3);
    const ports = {
      registry: s3RegistryStore({ s3: mine, bucket }),
      store: s3ObjectStore({ s3: mine, bucket: control }),
      announcer: snsAnnouncer({ sns: mortal(sns), topicArn: TopicArn }),
      codec: nodeCodec(),
      yaml: yamlTree(),
      clock: systemClock(),
      telemetry: recordedTelemetry(),
      random: Math.random,
    };
    return packageProcessorEndpoint(registryOn(ports, { unregistered: 'refuse', uploader: null }));
  };
  return {
    bucket,
    arrived: arrived.url,
    subscriber: subscriber.url,
    processor,
    store: s3RegistryStore({ s3, bucket }),
  };
};

type Registry = Awaited<ReturnType<typeof newRegistry>>;

/** What moto leaves out of its news: the version, who it was, and that the time is UTC. */
const completed = ({ MessageId, Body = '' }: Message, known: ReadonlyMap<string, readonly [string, string]>) => {
  const { Records = [], ...rest } = JSON.parse(Body);
  const records = Records.map((record: any) => {
    const [versionId, principal] = known.get(decodeURIComponent(record.s3.object.key)) ?? [];
    return {
      ...record,
      eventTime: new Date().toISOString(),
      userIdentity: { principalId: `AWS:${principal}:session` },
      s3: { ...record.s3, object: { ...record.s3.object, versionId } },
    };
  });
  return { messageId: MessageId, body: JSON.stringify({ ...rest, Records: records }) };
};

const uploadAll = async ({ bucket }: Registry, uploads: readonly Upload[]) => {
  const known = new Map<string, readonly [string, string]>();
  const parts = uploads.flatMap(({ key, body, checksum, principal, code }) => [
    { Key: key, Body: body, principal, isLast: false },
    { Key: `${key}.sha256`, Body: `${checksum}  package.apkg\n`, principal, isLast: code === 'CHECKSUM_MISMATCH' },
  ]);
  // A checksum that is older than its package may be one of the package before it: it says nothing yet.
  const order = [false, true].flatMap((when) => shuffled(parts.filter(({ isLast }) => isLast === when)));
  for (const some of batchesOf(order, 8)) {
    const put = async ({ Key, Body, principal }: (typeof parts)[number]): Promise<void> => {
      const { VersionId = '' } = await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
      known.set(Key, [VersionId, principal]);
    };
    await Promise.all(some.map(put));
  }
  return known;
};

/** Until nobody is told anything any more. Some are told twice, and some die while they work. */
const processAll = async (registry: Registry, known: Awaited<ReturnType<typeof uploadAll>>): Promise<number> => {
  let lives = 0;
  let deaths = 0;
  const work = async (): Promise<void> => {
    for (let idle = 0; idle < 3;) {
      const messages = shuffled(await receive(registry.arrived));
      if (messages.length === 0) {
        idle += 1;
        await systemClock().sleep(HIDDEN_SECONDS * 400);
        continue;
      }
      idle = 0;
      lives += 1;
      const dies = deaths < KILLS && lives % 3 === 0;
      if (dies) deaths += 1;
      const process = registry.processor(dies ? Math.floor(chance() * 200) : Infinity);
      const event = { Records: messages.map((message) => completed(message, known)) };
      const { batchItemFailures } = await process(event).catch(() => ({ batchItemFailures: [] as never[] }));
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      // The dead remove nothing, and now and then the queue forgets that something was removed.
      const removed = messages.filter(({ MessageId = '' }) => !dies && !failed.has(MessageId) && chance() < 0.9);
      for (const message of removed) await remove(registry.arrived, message);
    }
  };
  await Promise.all(Array.from({ length: PROCESSORS }, work));
  return deaths;
};

const announced = async ({ subscriber }: Registry): Promise<readonly any[]> => {
  const all: any[] = [];
  for (;;) {
    const messages = await receive(subscriber);
    if (messages.length === 0) return all;
    all.push(...messages.map(({ Body = '' }) => JSON.parse(JSON.parse(Body).Message)));
    for (const message of messages) await remove(subscriber, message);
  }
};

const idOf = ({ developer, name, version }: any): string => `${developer}/${name}/${version}`;

describe('a crowd of uploads on moto’s S3 and SQS', () => {
  it(
    'ends with every good one published and announced, every bad one with its verdict, and an index of the releases',
    { timeout: PATIENCE_MS },
    async () => {
      const registry = await newRegistry();
      const { store } = registry;
      const uploads = Array.from({ length: UPLOADS }, (_, index) => uploadOf(index));
      const known = await uploadAll(registry, uploads);
      expect(await processAll(registry, known)).toBe(KILLS);

      const read = async (key: string) => {
        const object = await store.get(key);
        return object && JSON.parse(new TextDecoder().decode(object.body));
      };
      const verdicts: any[] = [];
      for (const { key } of uploads) verdicts.push(await read(key.replace(/^uploads(.*)\.apkg$/, 'results$1.json')));
      expect(verdicts.map((verdict) => verdict?.code)).toEqual(uploads.map(({ code }) => code));

      const good = uploads.flatMap(({ release, body }) => (release === null ? [] : [{ release, body }]));
      for (const { release, body } of good) {
        expect(await read(`packages/${release}/release.json`)).toMatchObject({ sha256: sha256Of(body) });
        expect(sha256Of((await store.get(`packages/${release}/package.apkg`))?.body ?? '')).toBe(sha256Of(body));
      }
      const { packages } = await read('index/registry.json');
      const listed = packages.flatMap(({ developer, name, versions }: any) =>
        versions.map(({ version }: any) => idOf({ developer, name, version })),
      );
      expect(listed.toSorted()).toEqual(good.map(({ release }) => release).toSorted());
      const news = await announced(registry);
      const published = news.filter(({ type }) => type === 'package.published').map(idOf);
      expect([...new Set(published)].toSorted()).toEqual(listed.toSorted());
      expect((await store.list('uploads/')).objects.map(({ key }) => key)).toEqual([]);
    },
  );
});
