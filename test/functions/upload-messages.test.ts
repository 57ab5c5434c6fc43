import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jobHandler } from '#shared/jobs/job-handler.ts';
import { onUploadMessages } from '#shared/jobs/upload-messages.ts';
import { aLambdaContext, scopedOver } from '../support/lambda-api.ts';
import { recordedTelemetry } from '../support/recorders.ts';
import { virtualClock } from '../support/virtual-clock.ts';

type Handle = Parameters<typeof onUploadMessages>[0]['handle'];
type Arrival = Parameters<Handle>[0][number];

/** As S3 writes it, with more than anybody reads. */
const anEvent = (key: string, more: object = {}) => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  awsRegion: 'eu-central-1',
  eventTime: '2026-11-20T10:00:00.123Z',
  eventName: 'ObjectCreated:Put',
  userIdentity: { principalId: 'AWS:AROAEXAMPLEEXAMPLE1:ada' },
  requestParameters: { sourceIPAddress: '192.0.2.1' },
  s3: {
    s3SchemaVersion: '1.0',
    bucket: { name: 'nightporter-dev-apkg', ownerIdentity: { principalId: 'A1' } },
    object: {
      key,
      size: 12,
      eTag: 'd41d8cd98f00b204e9800998ecf8427e',
      versionId: 'v1',
      sequencer: '0055AED6DCD90281E5',
    },
  },
  ...more,
});

const aMessage = (messageId: string, body: unknown) => ({
  messageId,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

const telling = (messageId: string, ...keys: readonly string[]) =>
  aMessage(messageId, { Records: keys.map((key) => anEvent(key)) });

/** The function over a use case that knows of each key how it ends. */
const aFunction = (retried: readonly string[] = []) => {
  const handled: Arrival[] = [];
  const telemetry = recordedTelemetry();
  const handle: Handle = async (arrivals) => {
    handled.push(...arrivals);
    return arrivals.map(({ key }) => (retried.includes(key) ? 'retry' : 'done'));
  };
  const run = onUploadMessages({ telemetry, handle });
  const failed = async (...messages: readonly object[]) => {
    const { batchItemFailures } = await run({ Records: messages });
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
  return { run, failed, handled, telemetry };
};

describe('a message that tells of uploads', () => {
  it('is read into what happened to which object', async () => {
    const { failed, handled } = aFunction();
    expect(await failed(telling('m1', 'uploads/acme/echo.apkg'))).toEqual([]);
    expect(handled).toEqual([
      {
        key: 'uploads/acme/echo.apkg',
        versionId: 'v1',
        size: 12,
        etag: '"d41d8cd98f00b204e9800998ecf8427e"',
        principal: 'AROAEXAMPLEEXAMPLE1',
        at: Date.UTC(2026, 10, 20, 10, 0, 0, 123),
        sequencer: '0055AED6DCD90281E5',
      },
    ]);
  });

  it.each([
    ['uploads/acme/a+b.apkg', 'uploads/acme/a b.apkg'],
    ['uploads/acme/a%2Bb.apkg', 'uploads/acme/a+b.apkg'],
    ['uploads/acme/a%252Bb.apkg', 'uploads/acme/a%2Bb.apkg'],
    ['uploads%2Facme%2Fgr%C3%B6%C3%9Fe.apkg', 'uploads/acme/größe.apkg'],
    ['uploads/acme/..%2F..%2Findex.apkg', 'uploads/acme/../../index.apkg'],
    ['uploads/acme/100%.apkg', 'uploads/acme/100%.apkg'],
    ['uploads/acme/%FF.apkg', 'uploads/acme/%FF.apkg'],
  ])('names the key %s for %s', async (encoded, key) => {
    const { failed, handled } = aFunction();
    expect(await failed(telling('m1', encoded))).toEqual([]);
    expect(handled.map((arrival) => arrival.key)).toEqual([key]);
  });

  it.each([
    [{ principalId: 'AWS:AIDAEXAMPLEEXAMPLE1' }, 'AIDAEXAMPLEEXAMPLE1'],
    [{ principalId: 'AROAEXAMPLEEXAMPLE1:AIDAEXAMPLEEXAMPLE1' }, 'AROAEXAMPLEEXAMPLE1'],
    [{}, null],
    [undefined, null],
  ])('is by whoever has the unique id in %j', async (userIdentity, principal) => {
    const { failed, handled } = aFunction();
    expect(await failed(aMessage('m1', { Records: [anEvent('k', { userIdentity })] }))).toEqual([]);
    expect(handled.map((arrival) => arrival.principal)).toEqual([principal]);
  });

  it('may be of an edition that has no sequencer and says more', async () => {
    const { failed, handled } = aFunction();
    const event = anEvent('k', { eventVersion: '2.9', glacierEventData: {} });
    Object.assign(event.s3.object, { sequencer: undefined });
    expect(await failed(aMessage('m1', { Records: [event] }))).toEqual([]);
    expect(handled.map((arrival) => arrival.sequencer)).toEqual([null]);
  });

  it('is told again when one of its uploads is to be tried again, and the others of the batch are not', async () => {
    const { failed, handled } = aFunction(['b', 'e']);
    const messages = [telling('m1', 'a', 'b', 'c'), telling('m2', 'd'), telling('m3', 'e')];
    expect(await failed(...messages)).toEqual(['m1', 'm3']);
    expect(handled.map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('is told again with the whole batch when nothing could be done', async () => {
    const telemetry = recordedTelemetry();
    const outage = new Error('no answer');
    const run = onUploadMessages({ telemetry, handle: () => Promise.reject(outage) });
    await expect(run({ Records: [telling('m1', 'a')] })).rejects.toBe(outage);
  });

  it('is answered through the handler, so that the queue hears it', async () => {
    const { run, telemetry } = aFunction(['a']);
    const scoped = scopedOver(telemetry);
    const handler = jobHandler('package-processor', run, { telemetry: scoped, clock: virtualClock() });
    expect(await handler({ Records: [telling('m1', 'a')] }, aLambdaContext())).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm1' }],
    });
  });
});

describe('a message that tells of no upload', () => {
  it.each<[string, unknown]>([
    ['S3 tries the queue', { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'b', Time: '2026-11-20T10:00:00Z' }],
    ['there are no records', {}],
    ['there are none in the list', { Records: [] }],
    ['something was deleted', { Records: [anEvent('a', { eventName: 'ObjectRemoved:Delete' })] }],
  ])('is done with: %s', async (_, body) => {
    const { failed, handled, telemetry } = aFunction();
    expect(await failed(aMessage('m1', body), telling('m2', 'a'))).toEqual([]);
    expect(handled.map(({ key }) => key)).toEqual(['a']);
    expect(telemetry.events).toEqual([
      { name: 'upload-message.ignored', fields: { because: 'it tells of no upload' } },
    ]);
  });
});

describe('a message that nobody can read', () => {
  const { s3, ...withoutObject } = anEvent('a');
  it.each<[string, unknown]>([
    ['no JSON', 'not json'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', []],
    ['records that are none', { Records: 'none' }],
    ['no object', { Records: [withoutObject] }],
    [
      'no version, as of a bucket that keeps none',
      { Records: [anEvent('a', { s3: { object: { ...s3.object, versionId: undefined } } })] },
    ],
    ['no time', { Records: [anEvent('a', { eventTime: 'yesterday' })] }],
    ['a size in words', { Records: [anEvent('a', { s3: { object: { ...s3.object, size: 'large' } } })] }],
  ])('is told again until it is given up, and spares the others: %s', async (_, body) => {
    const { failed, handled, telemetry } = aFunction();
    expect(await failed(aMessage('m1', body), telling('m2', 'a'))).toEqual(['m1']);
    expect(handled.map(({ key }) => key)).toEqual(['a']);
    expect(telemetry.failures).toMatchObject([{ name: 'upload-message.refused', fields: { messageId: 'm1' } }]);
  });

  it('never stops a batch, whatever it is', async () => {
    const bodies = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((Records) => JSON.stringify({ Records })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(bodies, { maxLength: 9 }), async (strange) => {
        const { failed, handled } = aFunction();
        const messages = strange.map((body, index) => aMessage(`m${index}`, body));
        const names = await failed(...messages, telling('good', 'a'));
        expect(names).not.toContain('good');
        expect(handled.map(({ key }) => key)).toEqual(['a']);
      }),
    );
  });
});
