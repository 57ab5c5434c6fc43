import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aControlPlane } from '../support/control-plane.ts';
import { aGatewayEvent, aLambda, aLambdaContext, KEY_ID, scopedOver } from '../support/lambda-api.ts';

const context = aLambdaContext();

const identity = (more: object) => aGatewayEvent({ requestContext: { identity: more } as never }).requestContext;

const asWake = (more: Parameters<typeof aGatewayEvent>[0] = {}) =>
  aGatewayEvent({ resource: '/services/{service}/wake', httpMethod: 'POST', path: '/services/api/wake', ...more });

/** What the handler answers, and on whose behalf it asked. */
const aWorld = () => {
  const plane = aControlPlane();
  const subjects: string[] = [];
  const telemetry = scopedOver(plane.telemetry);
  const handler = aLambda(plane, {
    telemetry,
    grantOf: async (subject) => {
      subjects.push(subject);
      return { force: true, hold: true };
    },
  });
  const call = async (event: unknown) => {
    const { body, ...result } = await handler(event, context);
    return { ...result, body: body === '' ? undefined : JSON.parse(body) };
  };
  return { plane, handler, call, subjects, telemetry };
};

describe('a request from API Gateway', () => {
  it('without a body is a request without a body', async () => {
    const { statusCode, body } = await aWorld().call(asWake({ body: null }));
    expect({ statusCode, state: body.state }).toEqual({ statusCode: 202, state: 'waking' });
  });

  it.for([
    ['as it is', false, (text: string) => text],
    ['in base64', true, (text: string) => Buffer.from(text).toString('base64')],
  ] as const)('is read with its body %s', async ([, isBase64Encoded, coded]) => {
    const { call, plane } = aWorld();
    const body = coded(JSON.stringify({ holder: 'laptop', reason: 'déjà vu' }));
    await call(asWake({ body, isBase64Encoded, headers: { 'Content-Type': 'application/json' } }));
    expect((await plane.record()).reason).toContain('déjà vu');
  });

  it.for([
    ['in one case', { headers: { 'Content-Type': 'application/json' } }],
    ['in another', { headers: { 'CONTENT-TYPE': 'application/json' } }],
    ['among those of several values', { headers: {}, multiValueHeaders: { 'content-type': ['application/json'] } }],
  ] as const)('has its headers found, %s', async ([, headers]) => {
    const { statusCode } = await aWorld().call(asWake({ body: '{}', ...(headers as object) }));
    expect(statusCode).toBe(202);
  });

  it.for([
    ['an escape is decoded', 'ada%40laptop', 200],
    ['what has no escape is taken as it is', 'ada@laptop', 200],
    // Twice would make it a holder that may be.
    ['an escape is decoded once', 'ada%2540laptop', 400],
    ['what is no escape stays, and is refused by name', 'ada%zz', 400],
    ['what stops in the middle of a character likewise', 'ada%E2%82', 400],
  ] as const)('has its path read: %s', async ([, holder, status]) => {
    const { call } = aWorld();
    await call(asWake());
    const resource = '/services/{service}/leases/{holder}';
    const event = aGatewayEvent({ resource, httpMethod: 'PUT', pathParameters: { service: 'api', holder } });
    const { statusCode, body } = await call(event);
    expect({ statusCode, field: body.field }).toEqual({
      statusCode: status,
      ...(status === 400 && { field: 'holder' }),
    });
  });

  it('finds what its path names in escapes', async () => {
    const plane = aControlPlane();
    await aLambda(plane)(asWake({ pathParameters: { service: '%61pi' } }), context);
    expect((await plane.record()).intent).toBe('awake');
  });

  it('has a query parameter that comes twice seen twice', async () => {
    const event = aGatewayEvent({
      queryStringParameters: { wait: '2' },
      multiValueQueryStringParameters: { wait: ['1', '2'] },
    });
    const { statusCode, body } = await aWorld().call(event);
    expect({ statusCode, detail: body.detail }).toEqual({ statusCode: 400, detail: 'wait must be given once' });
  });

  it('is read by its query parameters where each comes once', async () => {
    const { statusCode, body } = await aWorld().call(aGatewayEvent({ queryStringParameters: { wait: 'x' } }));
    expect({ statusCode, field: body.field }).toEqual({ statusCode: 400, field: 'wait' });
  });
});

describe('who asks', () => {
  it.for([
    ['a key, by its id', {}, KEY_ID],
    [
      'a role, whatever its session is called',
      { apiKeyId: null, userArn: 'arn:aws:sts::123456789012:assumed-role/deployer/alice@example.org' },
      'arn:aws:iam::123456789012:role/deployer',
    ],
    [
      'a role of another partition',
      { apiKeyId: null, userArn: 'arn:aws-us-gov:sts::123456789012:assumed-role/deployer/i-0123/x' },
      'arn:aws-us-gov:iam::123456789012:role/deployer',
    ],
    [
      'a user',
      { apiKeyId: null, userArn: 'arn:aws:iam::123456789012:user/team/bob' },
      'arn:aws:iam::123456789012:user/team/bob',
    ],
    [
      'the signature, where there is a key as well',
      { userArn: 'arn:aws:iam::123456789012:user/bob' },
      'arn:aws:iam::123456789012:user/bob',
    ],
  ] as const)('is %s', async ([, given, subject]) => {
    const { call, subjects, plane } = aWorld();
    await call(asWake({ requestContext: identity(given) }));
    expect(subjects).toEqual([subject]);
    expect(plane.telemetry.audits[0]).toMatchObject({ subject, source: '192.0.2.1' });
  });

  it('is nobody without a key and a signature, and is refused before anything is read', async () => {
    const { call, subjects, plane } = aWorld();
    const { statusCode, body } = await call(asWake({ requestContext: identity({ apiKeyId: null }) }));
    expect({ statusCode, code: body.code }).toEqual({ statusCode: 401, code: 'unauthorized' });
    expect({ subjects, calls: plane.count() }).toEqual({ subjects: [], calls: 0 });
  });

  it('does not matter for the document', async () => {
    const event = aGatewayEvent({
      resource: '/openapi.json',
      pathParameters: null,
      requestContext: identity({ apiKeyId: null }),
    });
    expect((await aWorld().call(event)).body.openapi).toBe('3.1.0');
  });
});

describe('every answer', () => {
  const CORRELATION = '7f5bd4e2-0c3b-4f1a-9f6c-2b8f0c1d2e3f';

  it.for([
    ['one that is right', asWake(), 202, 'wakeService'],
    ['one that is wrong', aGatewayEvent({ pathParameters: { service: '..' } }), 400, 'getService'],
    ['one to nowhere', aGatewayEvent({ resource: '/nowhere' }), 404, 'routing'],
    ['a method that is none here', aGatewayEvent({ httpMethod: 'OPTIONS' }), 405, 'routing'],
    ['a HEAD', aGatewayEvent({ httpMethod: 'HEAD' }), 405, 'routing'],
  ] as const)('has its correlation id and one line: %s', async ([, event, status, operationId]) => {
    const { call, plane, telemetry } = aWorld();
    const { statusCode, headers } = await call(event);
    expect(statusCode).toBe(status);
    expect(headers).toMatchObject({ 'x-correlation-id': CORRELATION });
    const answered = plane.telemetry.events.filter(({ name }) => name === 'request.answered');
    // The service stands in the scope already, unless the answer knows better.
    expect(answered).toMatchObject([
      { name: 'request.answered', fields: { operationId, status, durationMs: expect.any(Number) } },
    ]);
    expect(telemetry.scopes).toEqual([
      { correlationId: CORRELATION, subject: KEY_ID, service: event.pathParameters?.['service'] },
    ]);
  });

  it('names the methods of its address where the method is none', async () => {
    const { headers } = await aWorld().call(
      aGatewayEvent({ resource: '/services/{service}/leases/{holder}', httpMethod: 'PATCH' }),
    );
    expect(headers).toMatchObject({ allow: 'PUT, DELETE' });
  });

  it('says nothing of what went wrong inside; the log does, once', async () => {
    const { call, plane } = aWorld();
    const cause = new Error('AccessDenied: arn:aws:s3:::secret-bucket');
    plane.fleet.before = () => {
      throw cause;
    };
    const { statusCode, body } = await call(asWake());
    expect({ statusCode, code: body.code }).toEqual({ statusCode: 500, code: 'internal' });
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(plane.telemetry.failures).toMatchObject([{ name: 'request.failed', cause }]);
  });

  it('is a 500 as well when the grant cannot be read: nobody is let in on a doubt', async () => {
    const plane = aControlPlane();
    const grantOf = () => Promise.reject(new Error('no answer'));
    const { statusCode } = await aLambda(plane, { grantOf })(asWake(), context);
    expect(statusCode).toBe(500);
    expect(plane.fleet.writes('api')).toEqual([]);
  });

  it('has no body where there is none', async () => {
    const hold = { resource: '/services/{service}/hold', httpMethod: 'DELETE', path: '/services/api/hold' };
    const { handler } = aWorld();
    expect(await handler(aGatewayEvent(hold), context)).toMatchObject({ statusCode: 204, body: '' });
  });
});

describe('the time of the function', () => {
  const waiting = aGatewayEvent({ multiValueQueryStringParameters: { wait: ['25'] } });

  it.for([
    [29_000, 27_000],
    [2_001, 1],
    [2_000, 0],
    [500, 0],
  ])('of which %i ms are left ends a wait after %i ms', async ([left, after]) => {
    const asked: number[] = [];
    const plane = aControlPlane();
    const handler = aLambda(plane, {
      after: (durationMs) => {
        asked.push(durationMs);
        return AbortSignal.abort();
      },
    });
    await handler(asWake(), context);
    const before = plane.clock.now();
    const { statusCode } = await handler(waiting, aLambdaContext({ getRemainingTimeInMillis: () => left as number }));
    expect(asked.at(-1)).toBe(after);
    // Answered with what is known, and without having waited.
    expect({ statusCode, waitedMs: plane.clock.now() - before }).toEqual({ statusCode: 200, waitedMs: 0 });
  });
});

describe('whatever is sent instead of an event', () => {
  const MALFORMED: readonly unknown[] = [
    undefined,
    null,
    7,
    'event',
    [],
    {},
    { requestContext: null },
    { resource: '/services/{service}', httpMethod: 'GET' },
    { ...aGatewayEvent(), pathParameters: 'api' },
    { ...aGatewayEvent(), pathParameters: null },
    { ...aGatewayEvent(), pathParameters: JSON.parse('{"__proto__":"x"}') },
    { ...aGatewayEvent(), httpMethod: null },
    { ...aGatewayEvent(), httpMethod: 'get' },
    { ...aGatewayEvent(), requestContext: { identity: { apiKeyId: 5 } } },
    { ...aGatewayEvent(), multiValueQueryStringParameters: JSON.parse('{"__proto__":["1"]}') },
    { ...asWake(), body: 5 },
    { ...asWake(), body: '%%%', isBase64Encoded: true },
    { ...asWake(), body: { holder: 'x' }, headers: null, multiValueHeaders: null },
  ];

  it.for(MALFORMED.map((event) => [event]))('is no fault of the server: %j', async ([event]) => {
    const { call, plane } = aWorld();
    const { statusCode } = await call(event);
    expect(statusCode).toBeLessThan(500);
    expect(plane.telemetry.failures).toEqual([]);
  });

  it('is no fault of the server, ever', async () => {
    const part = fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.array(fc.string()))));
    const fields = Object.keys(aGatewayEvent()).map((name) => [name, part] as const);
    const { call, plane } = aWorld();
    await fc.assert(
      fc.asyncProperty(fc.record(Object.fromEntries(fields), { requiredKeys: [] }), async (odd) => {
        const { statusCode } = await call({ ...aGatewayEvent(), ...odd });
        expect(statusCode).toBeLessThan(500);
        expect(plane.telemetry.failures).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('an answer behind API Gateway', () => {
  it.each([
    ['a stage', '/dev/services/api/wake', '/dev/services/api'],
    ['a base path of several parts', '/tools/porter/services/api/wake', '/tools/porter/services/api'],
    ['a domain of its own', '/services/api/wake', '/services/api'],
  ])('says where to ask again as the caller has to write it: %s', async (_, path, location) => {
    const { headers } = await aWorld().call(asWake({ requestContext: { path } as never }));
    expect(headers?.['location']).toBe(location);
  });

  it('from an address that is shorter than another says so too', async () => {
    const event = asWake({ resource: '/wake', path: '/wake', pathParameters: null });
    const { headers } = await aWorld().call({
      ...event,
      requestContext: { ...event.requestContext, path: '/dev/wake' },
    });
    expect(headers?.['location']).toBe('/dev/services/api');
  });

  it('is logged with the service that the older addresses do not name', async () => {
    const { call, plane } = aWorld();
    await call(asWake({ resource: '/wake', path: '/wake', pathParameters: null }));
    const answered = plane.telemetry.events.filter(({ name }) => name === 'request.answered');
    expect(answered.map(({ fields }) => fields['service'])).toEqual(['api']);
  });
});
