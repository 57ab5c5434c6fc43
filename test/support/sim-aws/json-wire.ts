import { Readable } from 'node:stream';
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListServicesCommand,
  ListTasksCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import type { SimClients } from './account.ts';
import type { Command } from './operations.ts';

type CommandClass = new (input: never) => unknown;

/** By the name that goes over the wire. */
const COMMANDS: ReadonlyMap<string, CommandClass> = new Map(
  [
    DescribeScalableTargetsCommand,
    DescribeServicesCommand,
    DescribeTaskDefinitionCommand,
    DescribeTasksCommand,
    ListServicesCommand,
    ListTasksCommand,
    RegisterScalableTargetCommand,
    UpdateServiceCommand,
  ].map((command) => [command.name.replace(/Command$/, ''), command as CommandClass]),
);

interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** JSON 1.1 has instants as seconds since the epoch. */
const inSeconds = (value: unknown): unknown => {
  if (value instanceof Date) return value.getTime() / 1_000;
  if (Array.isArray(value)) return value.map(inSeconds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, inSeconds(it)]));
};

const answer = (statusCode: number, body: unknown) => ({
  response: {
    statusCode,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: Readable.from([Buffer.from(JSON.stringify(body))]),
  },
});

type Send = (command: Command<object>) => Promise<object>;

const serve =
  (send: Send) =>
  async ({ headers, body }: Request) => {
    const operation = headers['x-amz-target']?.split('.')[1] ?? '';
    const Operation = COMMANDS.get(operation);
    if (!Operation) return answer(400, { __type: 'UnknownOperationException' });
    const input = JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body)) as never;
    try {
      return answer(200, inSeconds(await send(new Operation(input) as Command<object>)));
    } catch (cause) {
      const { name, message } = cause as Error;
      return answer(400, { __type: name, message });
    }
  };

/**
 * The same account, reached by the SDK's own clients: their serialisers and their errors run, and every request and
 * answer goes through JSON once. They do not retry, for that takes real time.
 */
export const wireClients = (clients: SimClients): SimClients => {
  const config = {
    region: 'eu-central-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    retryStrategy: new ConfiguredRetryStrategy(1, 0),
    requestHandler: { handle: serve(clients.ecs.send as unknown as Send) },
  };
  return {
    ...clients,
    ecs: new ECSClient(config),
    scaling: new ApplicationAutoScalingClient(config),
  };
};
