/**
 * What a cold wake costs at the least: its clients, its part of the SDK, its calls in their rounds, JSON in and out and
 * a line in the log; and nothing of what they are for.
 */
import {
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListServicesCommand,
  ListTasksCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { connectionsOf, ecsClient, s3Client, scalingClient } from '#shared/adapters/aws/clients.ts';

const Bucket = process.env['CONTROL_BUCKET'];
const cluster = process.env['CLUSTERS'];

const ecs = ecsClient();
const connections = connectionsOf(ecs);
const s3 = s3Client(connections);
scalingClient(connections);

const get = async (Key: string): Promise<object | undefined> => {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return JSON.parse((await Body?.transformToString()) ?? 'null');
  } catch (cause) {
    if (cause instanceof NoSuchKey) return undefined;
    throw cause;
  }
};

const put = (Key: string, value: object) =>
  s3.send(
    new PutObjectCommand({ Bucket, Key, Body: new TextEncoder().encode(JSON.stringify(value)), IfNoneMatch: '*' }),
  );

/** What this wake does not need and another does. */
export const otherCommands = [
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListServicesCommand,
  ListTasksCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
];

export const handler = async () => {
  const record = 'services/api.json';
  const lease = 'leases/api/key~key@192.0.2.1.json';
  await get('grants/key.json');
  await get('directory.json');
  const [read = {}] = await Promise.all([get(record), get(lease), get('observed/api.json')]);
  await put(lease, read);
  await get(record);
  await put(record, read);
  await ecs.send(new UpdateServiceCommand({ cluster, service: 'api', desiredCount: 1 }));
  await get(record);
  process.stdout.write(`${JSON.stringify({ event: 'request.answered' })}\n`);
  return { statusCode: 202, headers: {}, body: JSON.stringify(read) };
};
