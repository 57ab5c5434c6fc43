import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { UntagResourceCommand } from '@aws-sdk/client-ecs';
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import document from '../../../functions/openapi/document.json' with { type: 'json' };
import { until } from '../../support/local-server.ts';
import { builtPackage, sha256Of } from '../../support/registry/built-package.ts';
import { ministackStackGaps } from '../known-gaps.ts';
import { s3On, snsOn, sqsOn } from '../support/clients.ts';
import { withKnownGaps } from '../support/with-known-gaps.ts';
import { deploymentTo } from './deployment.ts';
import { guestsOf } from './guests.ts';
import type { Inventory } from './inventory.ts';
import { plainCallsTo } from './plain-calls.ts';

/** The whole of it on an AWS that somebody else wrote, deployed and removed by the commands that users have. */
const endpoint = inject('ministackUrl');
const cluster = `guests-${randomUUID().slice(0, 8)}`;
const { ecs, open, addService, desiredCount, stopTask } = guestsOf(endpoint, cluster);
const { deploy, remove, close, stack, inventory, call, key, invoke, logLines } = deploymentTo(endpoint, document);
const { ask: askAws, send, submit } = plainCallsTo(endpoint);

/** Minutes are the shortest that a schedule knows. */
const PARAMETERS = { clusters: cluster, tickMinutes: '1', unregisteredDevelopers: 'allow' };
const TICK_PATIENCE_MS = 90_000;
const DEPLOYS_MS = 120_000;

const byName = { signal: 'leases', endpoint: 'app.example.test:8080', 'ready-after': '0s' };
const SHORT = { lease: '10s', 'idle-after': '1s', 'confirm-after': '1s', 'grace-after-wake': '0s' };

let before: Inventory;
let template: Awaited<ReturnType<typeof deploy>>;
let apiKey: Awaited<ReturnType<typeof key>>;
let leaving: string;

withKnownGaps('the packaged stack on MiniStack', ministackStackGaps, () => {
  beforeAll(async () => {
    await open();
    await addService('app', byName);
    await addService('drowsy', { ...byName, ...SHORT });
    await addService('checked', { signal: 'leases' });
    leaving = await addService('leaving', byName);
    before = await inventory();
    template = await deploy(PARAMETERS);
    apiKey = await key();
    const { outputs } = await stack();
    const grant = { Bucket: outputs['ControlBucketName'], Key: `grants/${apiKey.id}.json` };
    await s3On(endpoint).send(
      new PutObjectCommand({ ...grant, Body: JSON.stringify({ hold: true, registry: true, developers: ['acme'] }) }),
    );
  }, DEPLOYS_MS);
  afterAll(close);

  const ask = (method: string, path: string, body?: object) =>
    call(method, path, { key: apiKey.value, ...(body && { body }) });
  const stateOf = async (service: string) => (await ask('GET', `/services/${service}`)).body.state;

  describe('deployed', () => {
    it('has every resource of the template, and nothing else', async () => {
      const { status, resources } = await stack();
      expect(status).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
      expect(Object.keys(resources).toSorted()).toEqual(Object.keys(template.Resources).toSorted());
      for (const { status: state } of Object.values(resources)) expect(state).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
    });

    it('describes itself to everybody, in the words that were committed', async () => {
      expect(await call('GET', '/openapi.json')).toMatchObject({ status: 200, body: document });
    });

    it.each([
      ['GET', '/services', undefined, 401, 'unauthorized'],
      ['GET', '/services', 'no-such-key', 401, 'unauthorized'],
      ['DELETE', '/services', undefined, 405, 'method-not-allowed'],
      ['GET', '/nowhere', undefined, 404, 'route-not-found'],
    ])('refuses %s %s with the key %s before any function runs', async (method, path, given, status, code) => {
      const answer = await call(method, path, given === undefined ? {} : { key: given });
      expect(answer).toMatchObject({ status, body: { status, code } });
      expect(answer.headers.get('x-correlation-id')).toBeNull();
    });
  });

  describe('asked', () => {
    it('shows the managed services of its cluster', async () => {
      await invoke('sleep', {});
      const { status, body } = await ask('GET', '/services');
      expect(status).toBe(200);
      expect(body.services.map(({ service, state }: any) => [service, state])).toEqual([
        ['app', 'asleep'],
        ['checked', 'asleep'],
        ['drowsy', 'asleep'],
        ['leaving', 'asleep'],
      ]);
    });

    it('knows no service that there is none of', async () => {
      expect(await ask('POST', '/services/nobody/wake')).toMatchObject({ body: { code: 'service-not-found' } });
    });

    it('refuses what makes no sense', async () => {
      const answer = await ask('POST', '/services/app/wake', { leaseSeconds: 'long' });
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-input', field: 'leaseSeconds' } });
    });

    it('wakes a service: what ECS is told is one task', async () => {
      expect(await ask('POST', '/services/drowsy/wake', { leaseSeconds: 10 })).toMatchObject({ status: 202 });
      const { status, body } = await ask('POST', '/services/app/wake', { holder: 'ada', leaseSeconds: 3_600 });
      expect(status).toBe(202);
      expect(body).toMatchObject({ service: 'app', status: 'waking', lease: { holder: 'ada' } });
      expect(await desiredCount('app')).toBe(1);
    });

    it('tells when it is ready, and where', async () => {
      const { body } = await ask('GET', '/services/app?wait=10');
      expect(body).toMatchObject({ state: 'ready', endpoint: { host: 'app.example.test', port: 8080 }, leases: 1 });
    });

    it('tells that of a service with a health check and a network interface too', async () => {
      await ask('POST', '/services/checked/wake');
      const { body } = await ask('GET', '/services/checked?wait=3');
      expect(body).toMatchObject({ state: 'ready', endpoint: { port: 8080 } });
    });

    it('lets others join, renew and leave, each for themselves', async () => {
      const joined = await ask('POST', '/services/app/wake', { holder: 'bob' });
      expect(joined).toMatchObject({ status: 200, body: { status: 'already_running' } });
      expect(await ask('PUT', '/services/app/leases/bob')).toMatchObject({ status: 200 });
      const left = await ask('DELETE', '/services/app/leases/bob');
      expect(left).toMatchObject({ status: 200, body: { status: 'released' } });
      expect(await desiredCount('app')).toBe(1);
    });

    it('stays out of the way of what is awake when it is deployed again', { timeout: DEPLOYS_MS }, async () => {
      const { body } = await ask('GET', '/services/app?holder=ada');
      await deploy({ ...PARAMETERS, wakeRate: '21' });
      expect((await stack()).status).toBe('UPDATE_COMPLETE');
      expect(await desiredCount('app')).toBe(1);
      const after = await ask('GET', '/services/app?holder=ada');
      expect(after.body).toMatchObject({ state: 'ready', generation: body.generation, lease: body.lease });
    });

    it('lets a service sleep when its last holder leaves', async () => {
      const left = await ask('POST', '/services/app/kill', { holder: 'ada' });
      expect(left).toMatchObject({ status: 202, body: { status: 'killed' } });
      expect(await desiredCount('app')).toBe(0);
    });

    it('allows what its operator has granted the key, and nothing else', async () => {
      const hold = { intent: 'awake', until: new Date(Date.now() + 3_600_000).toISOString(), reason: 'demo' };
      const held = await ask('PUT', '/services/leaving/hold', hold);
      expect(held).toMatchObject({ status: 200, body: { held: { intent: 'awake', by: apiKey.id } } });
      expect(await desiredCount('leaving')).toBe(1);
      expect(await ask('DELETE', '/services/leaving/hold')).toMatchObject({ status: 204 });
      const forced = await ask('POST', '/services/leaving/kill', { force: true });
      expect(forced).toMatchObject({ status: 403, body: { code: 'forbidden', field: 'force' } });
    });

    it('leaves a line in the log under the number of the answer', async () => {
      const { headers } = await ask('POST', '/wake', { service: 'app' });
      const lines = (await logLines('wake')).filter((line) => line.correlationId === headers.get('x-correlation-id'));
      expect(lines).toContainEqual(
        expect.objectContaining({ event: 'request.answered', operationId: 'wake', subject: apiKey.id }),
      );
    });
  });

  describe('left alone', () => {
    it(
      'looks after its services by itself, and what is twice found idle sleeps',
      { timeout: TICK_PATIENCE_MS + 30_000 },
      async () => {
        const isSettled = async () => (await stateOf('drowsy')) !== 'ready' || undefined;
        await until('the schedule runs sleep', isSettled, TICK_PATIENCE_MS);
        await delay(1_500);
        // Instead of the schedule's next turn.
        await invoke('sleep', {});
        expect(await stateOf('drowsy')).toBe('asleep');
        expect(await desiredCount('drowsy')).toBe(0);
      },
    );
  });

  describe('told', () => {
    const news = async () => {
      const { outputs } = await stack();
      const sqs = sqsOn(endpoint);
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `news-${randomUUID()}` }));
      const Endpoint = `arn:aws:sqs:eu-central-1:000000000000:${QueueUrl?.split('/').at(-1)}`;
      const { NewsTopicArn: TopicArn } = outputs;
      await snsOn(endpoint).send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
      return {
        read: async () => (await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages?.[0]?.Body,
        end: () => sqs.send(new DeleteQueueCommand({ QueueUrl })),
      };
    };

    it('tells its topic of a service that is no longer managed', async () => {
      const { read, end } = await news();
      await ecs.send(new UntagResourceCommand({ resourceArn: leaving, tagKeys: ['nightporter:managed'] }));
      await invoke('sleep', {});
      expect(await read()).toContain('leaving is no longer managed, left running');
      await end();
    });

    it('shows everybody out at closing time', async () => {
      await ask('POST', '/services/app/wake');
      await invoke('nightly-kill', { time: new Date().toISOString() });
      expect(await stateOf('app')).toBe('asleep');
      expect(await desiredCount('app')).toBe(0);
    });

    const looked = async () => (await logLines('task-events')).filter(({ event }) => event === 'job.completed');

    const clusterArn = `arn:aws:ecs:eu-central-1:000000000000:cluster/${cluster}`;
    const taskEvent = (detail: object) => ({
      version: '0',
      id: 'event-1',
      account: '000000000000',
      region: 'eu-central-1',
      time: '2026-11-20T10:00:00Z',
      source: 'aws.ecs',
      'detail-type': 'ECS Task State Change',
      resources: [],
      detail: { clusterArn, group: 'service:app', lastStatus: 'STOPPED', ...detail },
    });

    it.each([
      ['asks for news of a task of a service in its clusters', {}, true],
      ['does not ask for those of a service elsewhere', { clusterArn: `${clusterArn}-of-others` }, false],
      ['does not ask for those of no service', { group: 'family:job' }, false],
    ])('%s', async (_, detail, isAskedFor) => {
      const { resources } = await stack();
      const { EventPattern } = await askAws('events', 'AWSEvents.DescribeRule', { Name: resources['TaskChanges']?.id });
      const Event = JSON.stringify(taskEvent(detail));
      const { Result } = await askAws('events', 'AWSEvents.TestEventPattern', { EventPattern, Event });
      expect(Result).toBe(isAskedFor);
    });

    it('looks at the service that an event is about', async () => {
      await invoke('task-events', taskEvent({}));
      expect(await looked()).toMatchObject([{ service: 'app', correlationId: 'event-1' }]);
    });

    it('is told of a task that stopped', async () => {
      await ask('POST', '/services/app/wake');
      const lookedBefore = (await looked()).length;
      await stopTask('app');
      await until('task-events has looked', async () => (await looked()).length > lookedBefore || undefined, 3_000);
    });
  });

  describe('uploaded to', () => {
    const body = builtPackage();
    const verdictOn = async (file: string) => (await ask('GET', `/uploads/acme/${file}`)).body;
    const published = (file: string) =>
      until(`the verdict on ${file}`, async () => {
        const verdict = await verdictOn(file);
        return verdict.verdict === 'waiting' || verdict.code === 'package-not-found' ? undefined : verdict;
      });

    it('judges what is put into its bucket, and publishes it', async () => {
      const { RegistryBucketName: Bucket } = (await stack()).outputs;
      const put = (Key: string, Body: Uint8Array | string) =>
        s3On(endpoint).send(new PutObjectCommand({ Bucket, Key, Body }));
      await put('uploads/acme/hello.apkg', body);
      await put('uploads/acme/hello.apkg.sha256', `${sha256Of(body)}  hello.apkg\n`);
      expect(await published('hello.apkg')).toMatchObject({ code: 'PUBLISHED', package: { version: '1.0.0' } });
      await put('uploads/acme/bad.apkg', 'no zip');
      await put('uploads/acme/bad.apkg.sha256', sha256Of('no zip'));
      expect(await published('bad.apkg')).toMatchObject({ code: 'NOT_ZIP' });
    });

    it('takes uploads at signed addresses, and hands packages out at others', async () => {
      const next = builtPackage({ version: '1.1.0' });
      const announced = { size: next.byteLength, sha256: sha256Of(next) };
      const { status, body: tickets } = await ask('POST', '/uploads/acme/next', announced);
      expect(status).toBe(201);
      const { url, method, headers } = tickets.package;
      expect((await fetch(url, { method, headers, body: Buffer.from(next) })).status).toBe(200);
      expect(await published('next')).toMatchObject({ code: 'PUBLISHED', package: { version: '1.1.0' } });
      const path = '/packages/acme/hello/1.1.0/download';
      const found = await call('GET', path, { key: apiKey.value, accept: 'application/json' });
      const fetched = await fetch(found.body.url);
      expect(sha256Of(Buffer.from(await fetched.arrayBuffer()))).toBe(announced.sha256);
    });

    it('shows what is published, and hides what is yanked', async () => {
      const { body: shown } = await ask('GET', '/packages/acme/hello');
      expect(shown).toMatchObject({ latest: '1.1.0' });
      await ask('POST', '/packages/acme/hello/1.1.0/yank', { reason: 'it is broken' });
      expect((await ask('GET', '/packages/acme/hello')).body).toMatchObject({ latest: '1.0.0' });
    });
  });

  describe('beside it', () => {
    it('answers for Application Auto Scaling', async () => {
      const listing = 'AnyScaleFrontendService.DescribeScalableTargets';
      expect(await askAws('application-autoscaling', listing, { ServiceNamespace: 'ecs' })).toBeDefined();
    });

    it('tells a schedule the instant it was meant for', async () => {
      const sqs = sqsOn(endpoint);
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `instants-${randomUUID()}` }));
      const Arn = `arn:aws:sqs:eu-central-1:000000000000:${QueueUrl?.split('/').at(-1)}`;
      const Target = { Arn, RoleArn: 'arn:aws:iam::000000000000:role/any', Input: '"<aws.scheduler.scheduled-time>"' };
      const once = { ScheduleExpression: 'at(2026-01-01T00:00:00)', FlexibleTimeWindow: { Mode: 'OFF' }, Target };
      await send('scheduler', '/schedules/instants', { method: 'POST', body: once });
      try {
        const told = await until(
          'the schedule has run',
          async () => (await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages?.[0]?.Body,
        );
        expect(told).toMatch(/^"2026-01-01T/);
      } finally {
        await send('scheduler', '/schedules/instants', { method: 'DELETE' });
        await sqs.send(new DeleteQueueCommand({ QueueUrl }));
      }
    });
  });

  describe('deployed again for signed calls', () => {
    let signer: string;
    beforeAll(async () => {
      template = await deploy({ ...PARAMETERS, auth: 'iam' });
      await submit('iam', { Action: 'CreateUser', UserName: 'ada' });
      const made = await submit('iam', { Action: 'CreateAccessKey', UserName: 'ada' });
      signer = /<AccessKeyId>(\w+)</.exec(made)?.[1] ?? '';
    }, DEPLOYS_MS);

    it('has neither keys nor plans, and the rest', async () => {
      const { resources } = await stack();
      expect(Object.keys(resources).toSorted()).toEqual(Object.keys(template.Resources).toSorted());
      const types = Object.values(resources).map(({ type }) => type);
      expect(types).not.toContain('AWS::ApiGateway::ApiKey');
      expect(types).not.toContain('AWS::ApiGateway::UsagePlan');
    });

    it('knows callers by who they are in the account', async () => {
      expect(await call('POST', '/services/app/wake', { key: apiKey.value })).toMatchObject({ status: 401 });
      expect(await call('POST', '/services/app/wake', { signer })).toMatchObject({ status: 202 });
      const answered = (await logLines('wake')).findLast(({ event }) => event === 'request.answered');
      expect(answered.subject).toBe('arn:aws:iam::000000000000:user/ada');
    });
  });

  describe('removed', () => {
    it('leaves its data, the services, and nothing else', { timeout: DEPLOYS_MS }, async () => {
      const { outputs } = await stack();
      const { ControlBucketName: Bucket, RegistryBucketName: Registry } = outputs;
      await remove();
      const left = Object.entries(await inventory()).flatMap(([kind, names]) =>
        names.filter((name) => !before[kind]?.includes(name)).map((name) => `${kind}: ${name}`),
      );
      expect(left.toSorted()).toEqual([`buckets: ${Registry}`, `buckets: ${Bucket}`]);
      const { Contents } = await s3On(endpoint).send(new ListObjectsV2Command({ Bucket }));
      expect(Contents?.map(({ Key }) => Key)).toContain('services/app.json');
      const packages = await s3On(endpoint).send(new ListObjectsV2Command({ Bucket: Registry, Prefix: 'packages/' }));
      expect(packages.Contents?.map(({ Key }) => Key)).toContain('packages/acme/hello/1.0.0/release.json');
      // It was awake.
      expect(await desiredCount('app')).toBe(1);
    });
  });
});
