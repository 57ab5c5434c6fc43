import type { APIGatewayProxyResult, SQSBatchResponse } from 'aws-lambda';
import { s3ObjectStore } from '#shared/adapters/aws/s3-object-store.ts';
import { s3RegistryStore } from '#shared/adapters/aws/s3-versioned-objects.ts';
import { snsAnnouncer } from '#shared/adapters/aws/sns-announcer.ts';
import { sqsDeadLetters } from '#shared/adapters/aws/sqs-dead-letters.ts';
import { nodeCodec } from '#shared/adapters/node-codec.ts';
import { yamlTree } from '#shared/adapters/yaml-tree.ts';
import { lambdaHandler } from '#shared/http/lambda-handler.ts';
import { jobHandler } from '#shared/jobs/job-handler.ts';
import type { ScopedTelemetry } from '#shared/ports/telemetry.ts';
import type { UrlSigner } from '#shared/ports/url-signer.ts';
import {
  deadLetterVariables,
  environmentOf,
  registrySettings,
  registryVariables,
  judgingVariables,
} from '#shared/runtime/env.ts';
import { grants } from '#shared/usecases/caller.ts';
import { registryOn } from '#shared/usecases/registry/deps.ts';
import { packageProcessorEndpoint } from '../../functions/package-processor/endpoint.ts';
import { packagesEndpoints } from '../../functions/packages/endpoint.ts';
import { registrySweepEndpoint } from '../../functions/registry-sweep/endpoint.ts';
import { recordedTelemetry } from '../support/recorders.ts';
import { sha256Of } from '../support/registry/built-package.ts';
import { scriptedSqs } from '../support/scripted-sqs.ts';
import { account, type AwsService } from '../support/sim-aws/account.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import { recording } from './recording.ts';
import type { Recorded } from './requests.ts';
import { uniqueIdOf } from '../support/cfn/physical.ts';
import type { Stack } from './stack.ts';

const CONTEXT = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 29_000 };
const JUDGING = { ...registryVariables(), ...judgingVariables };

/** The registry's own role for developers who have none. */
export const UPLOADER = uniqueIdOf('PackagesRole');

export interface Uploading {
  readonly principal?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** S3 knows the digest, as of what was put by a signed address. */
  readonly isDigestKnown?: boolean;
}

export interface AskingRegistry {
  readonly subject?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** The registry by its front doors, as `house` is the control plane's: put together as the handlers do. */
export const registryHouse = (stack: Stack) => {
  const calls: Recorded[] = [];
  const clock = virtualClock();
  const { bucket, registryBucket } = stack;
  const aws = account({ now: clock.now, bucket, registryBucket });
  const queues = scriptedSqs(clock.now);
  const told = recordedTelemetry();
  const telemetry: ScopedTelemetry = { ...told, within: (_, work) => work() };
  const tagsOf = (): undefined => undefined;
  /** After the write of which whoever writes is dead. */
  let last: string | undefined;
  let isDead = false;
  const record = recording(calls, () => tagsOf);

  const note = (name: string, service: AwsService, operation: string, input: object): void =>
    void calls.push({ function: name, service, operation, input, isMissing: false, tagsOf });

  /** A signed address is a call of the signer's, made by whoever has it. */
  const urlsOf = (name: string): UrlSigner => ({
    upload: async ({ key }) => {
      note(name, 's3', 'PutObject', { Bucket: registryBucket, Key: key });
      return { method: 'PUT', url: `https://signed/${key}`, headers: {} };
    },
    download: async (key) => {
      note(name, 's3', 'GetObject', { Bucket: registryBucket, Key: key });
      return `https://signed/${key}`;
    },
  });

  const sqsOf = (name: string) => {
    const send = async (command: { readonly constructor: { readonly name: string }; readonly input: object }) => {
      note(name, 'sqs', command.constructor.name.replace(/Command$/, ''), command.input);
      return queues.sqs.send(command as never);
    };
    return { send } as typeof queues.sqs;
  };

  const environmentFor = (name: string) => {
    const given = stack.environments.get(name);
    if (!given) throw new Error(`there is no function ${name}`);
    return given;
  };

  const portsOf = (name: string) => {
    const names = environmentOf(registryVariables(), environmentFor(name));
    const clients = aws.clients(name, async (passing) => {
      if (isDead) throw new Error('it is dead');
      const answer = record(passing).perform(false);
      if (passing.operation === 'PutObject' && last !== undefined) {
        isDead = String((passing.input as { Key?: string }).Key).endsWith(last);
      }
      return answer;
    });
    return {
      registry: s3RegistryStore({ s3: clients.s3, bucket: names.REGISTRY_BUCKET }),
      store: s3ObjectStore({ s3: clients.s3, bucket: names.CONTROL_BUCKET }),
      announcer: snsAnnouncer({ sns: clients.sns, topicArn: names.PACKAGES_TOPIC_ARN }),
      urls: urlsOf(name),
      codec: nodeCodec(),
      yaml: yamlTree(),
      random: () => 0.5,
      clock,
      telemetry,
    };
  };

  const processor = () => {
    const name = 'package-processor';
    const deps = registryOn(portsOf(name), registrySettings(environmentOf(JUDGING, environmentFor(name))));
    return jobHandler(name, packageProcessorEndpoint(deps), deps);
  };

  const sweeper = () => {
    const name = 'registry-sweep';
    const names = environmentOf({ ...JUDGING, ...deadLetterVariables }, environmentFor(name));
    const deadLetters = sqsDeadLetters({
      sqs: sqsOf(name),
      queueUrl: names.FAILED_UPLOADS_URL,
      sourceUrl: names.ARRIVED_UPLOADS_URL,
    });
    const deps = registryOn({ ...portsOf(name), deadLetters }, registrySettings(names));
    return jobHandler(name, registrySweepEndpoint(deps), deps);
  };

  const api = () => {
    const name = 'packages';
    const names = environmentOf(registryVariables(), environmentFor(name));
    const deps = registryOn(portsOf(name), registrySettings(names));
    const after = (): AbortSignal => new AbortController().signal;
    return lambdaHandler(packagesEndpoints(deps), { ...deps, grantOf: grants(deps), after });
  };

  /** What S3 tells of the version that a key has now. */
  const newsOf = (key: string, principal: string) => {
    const object = aws.registry.get(key);
    if (!object) throw new Error(`nothing lies at ${key}`);
    return {
      eventName: 'ObjectCreated:Put',
      eventTime: new Date(object.modifiedAt).toISOString(),
      userIdentity: { principalId: `AWS:${principal}:session` },
      s3: {
        object: {
          key: key.split('/').map(encodeURIComponent).join('/'),
          versionId: object.versionId,
          size: object.body.byteLength,
          eTag: object.etag,
        },
      },
    };
  };

  /** Puts it there, without the control plane's doing, and gives what S3 tells of it. */
  const put = (key: string, body: Uint8Array | string, uploading: Uploading = {}): object => {
    const { principal = 'AROAACMEACMEACMEACME1', metadata = {}, isDigestKnown = false } = uploading;
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    const present = aws.registry.get(key);
    const sha256 = isDigestKnown ? sha256Of(bytes) : null;
    aws.registry.put('somebody', key, { body: bytes, metadata, sha256 }, present ? { etag: present.etag } : 'absent');
    return newsOf(key, principal);
  };

  const tell = async (...news: readonly object[]): Promise<SQSBatchResponse> =>
    processor()(
      { Records: news.map((each, index) => ({ messageId: `m${index}`, body: JSON.stringify({ Records: [each] }) })) },
      CONTEXT,
    );

  return {
    aws,
    clock,
    calls,
    queues,
    telemetry: told,
    environment: environmentFor('registry-sweep'),
    put,
    dieAfter: (end: string | undefined): void => {
      last = end === undefined ? undefined : `/${end}`;
      isDead = false;
    },
    tell,
    /** Uploads, and has it judged. */
    upload: (key: string, body: Uint8Array | string, uploading?: Uploading) => tell(put(key, body, uploading)),
    sweep: (event: object = { time: new Date(clock.now()).toISOString() }) => sweeper()(event, CONTEXT),
    ask: async (address: string, asking: AskingRegistry = {}): Promise<APIGatewayProxyResult> => {
      const { subject = 'ada', params = {}, query = {}, body } = asking;
      const [httpMethod, resource = ''] = address.split(' ');
      return api()(
        {
          httpMethod,
          resource,
          path: resource,
          pathParameters: params,
          queryStringParameters: query,
          headers: { 'content-type': 'application/json' },
          body: body === undefined ? null : JSON.stringify(body),
          requestContext: { requestId: 'r-1', identity: { apiKeyId: subject, sourceIp: '192.0.2.1' } },
        },
        CONTEXT,
      );
    },
  };
};

export type RegistryHouse = ReturnType<typeof registryHouse>;
