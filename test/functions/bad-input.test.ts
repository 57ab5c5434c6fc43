import { describe, expect, it } from 'vitest';
import { anApi, API_KEY, type Call } from '../support/api.ts';
import { aControlPlane } from '../support/control-plane.ts';
import { aLambdaApi } from '../support/lambda-api.ts';

const PATIENT = '/services/api/wake';
const LEASE = '/services/api/leases/laptop';
const HOLD = '/services/api/hold';
const aHold = { intent: 'awake', until: '2026-11-20T12:00:00Z', reason: 'a demo' };

type Case = readonly [
  what: string,
  method: string,
  path: string,
  call: Call,
  status: number,
  code: string,
  field: string | null,
];

const CASES: readonly Case[] = [
  ['an unknown service', 'POST', '/services/nobody/wake', {}, 404, 'service-not-found', 'service'],
  ['the status of an unknown service', 'GET', '/services/nobody', {}, 404, 'service-not-found', 'service'],
  ['the decision on an unknown service', 'GET', '/services/nobody/decision', {}, 404, 'service-not-found', 'service'],
  ['the history of an unknown service', 'GET', '/services/nobody/history', {}, 404, 'service-not-found', 'service'],
  ['a history of nothing', 'GET', '/services/api/history?limit=0', {}, 400, 'invalid-input', 'limit'],
  ['a history of too much', 'GET', '/services/api/history?limit=101', {}, 400, 'invalid-input', 'limit'],
  ['a history after nonsense', 'GET', '/services/api/history?after=1.2.3', {}, 400, 'invalid-input', 'after'],
  ['a history after no number', 'GET', '/services/api/history?after=1.0.', {}, 400, 'invalid-input', 'after'],
  ['killing an unknown service', 'POST', '/services/nobody/kill', {}, 404, 'service-not-found', 'service'],
  ['holding an unknown service', 'PUT', '/services/nobody/hold', { body: aHold }, 404, 'service-not-found', 'service'],
  ['a lease on an unknown service', 'PUT', '/services/nobody/leases/x', {}, 404, 'service-not-found', 'service'],
  ['a service named as nothing may be', 'GET', '/services/__proto__', {}, 400, 'invalid-input', 'service'],
  ['a service named like a property', 'GET', '/services/constructor', {}, 404, 'service-not-found', 'service'],
  ['an escaped slash in a service', 'GET', '/services/..%2f..%2fgrants', {}, 400, 'invalid-input', 'service'],
  ['an escaped dot-dot', 'POST', '/services/%2e%2e%2fx/wake', {}, 400, 'invalid-input', 'service'],
  ['a broken escape', 'GET', '/services/%zz', {}, 400, 'invalid-input', 'service'],
  ['a null character in a service', 'GET', '/services/a%00b', {}, 400, 'invalid-input', 'service'],
  ['malformed JSON', 'POST', PATIENT, { body: '{"holder": ' }, 400, 'invalid-input', 'body'],
  ['JSON that is no object', 'POST', PATIENT, { body: '[1]' }, 400, 'invalid-input', 'body'],
  ['JSON null', 'POST', PATIENT, { body: 'null' }, 400, 'invalid-input', 'body'],
  ['deep nesting', 'POST', PATIENT, { body: '['.repeat(60_000) }, 400, 'invalid-input', 'body'],
  ['a holder that is a number', 'POST', PATIENT, { body: { holder: 5 } }, 400, 'invalid-input', 'holder'],
  ['a holder that is null', 'POST', PATIENT, { body: { holder: null } }, 400, 'invalid-input', 'holder'],
  ['a holder with a slash', 'POST', PATIENT, { body: { holder: 'a/b' } }, 400, 'invalid-input', 'holder'],
  ['a holder that climbs', 'POST', PATIENT, { body: { holder: '../grants/x' } }, 400, 'invalid-input', 'holder'],
  [
    'a holder with control characters',
    'POST',
    PATIENT,
    { body: { holder: 'a\u0007' } },
    400,
    'invalid-input',
    'holder',
  ],
  ['a holder with a newline at its end', 'POST', PATIENT, { body: { holder: 'a\n' } }, 400, 'invalid-input', 'holder'],
  ['a holder of 5 kB', 'POST', PATIENT, { body: { holder: 'a'.repeat(5_000) } }, 400, 'invalid-input', 'holder'],
  ['a holder of 65 characters', 'POST', PATIENT, { body: { holder: 'a'.repeat(65) } }, 400, 'invalid-input', 'holder'],
  ['a slash in the holder of a path', 'PUT', '/services/api/leases/a%2fb', {}, 400, 'invalid-input', 'holder'],
  ['a lease of 0', 'POST', PATIENT, { body: { leaseSeconds: 0 } }, 400, 'invalid-input', 'leaseSeconds'],
  ['a lease of 9 seconds', 'POST', PATIENT, { body: { leaseSeconds: 9 } }, 400, 'invalid-input', 'leaseSeconds'],
  [
    'a lease of a day and a second',
    'PUT',
    LEASE,
    { body: { leaseSeconds: 86_401 } },
    400,
    'invalid-input',
    'leaseSeconds',
  ],
  [
    'a lease of ten years',
    'POST',
    PATIENT,
    { body: { leaseSeconds: 315_360_000 } },
    400,
    'invalid-input',
    'leaseSeconds',
  ],
  ['a lease in words', 'POST', PATIENT, { body: { leaseSeconds: '60' } }, 400, 'invalid-input', 'leaseSeconds'],
  ['a lease of half seconds', 'POST', PATIENT, { body: { leaseSeconds: 10.5 } }, 400, 'invalid-input', 'leaseSeconds'],
  ['an endless lease', 'POST', PATIENT, { body: '{"leaseSeconds":1e999}' }, 400, 'invalid-input', 'leaseSeconds'],
  [
    'a reason with control characters',
    'POST',
    PATIENT,
    { body: { reason: 'a\u001b[31m' } },
    400,
    'invalid-input',
    'reason',
  ],
  ['a reason of 5 kB', 'POST', PATIENT, { body: { reason: 'a'.repeat(5_000) } }, 400, 'invalid-input', 'reason'],
  [
    'a reason of 501 characters',
    'POST',
    '/services/api/kill',
    { body: { reason: 'a'.repeat(501) } },
    400,
    'invalid-input',
    'reason',
  ],
  ['force in words', 'POST', '/services/api/kill', { body: { force: 'yes' } }, 400, 'invalid-input', 'force'],
  [
    'a generation in words',
    'POST',
    '/services/api/kill',
    { body: { generation: '1' } },
    400,
    'invalid-input',
    'generation',
  ],
  ['a generation below 0', 'DELETE', `${LEASE}?generation=-1`, {}, 400, 'invalid-input', 'generation'],
  ['an unknown field', 'POST', PATIENT, { body: { cluster: 'x' } }, 400, 'invalid-input', 'cluster'],
  [
    '__proto__ as a field',
    'POST',
    PATIENT,
    { body: '{"__proto__":{"force":true}}' },
    400,
    'invalid-input',
    '__proto__',
  ],
  ['an unknown field of a hold', 'PUT', HOLD, { body: { ...aHold, x: 1 } }, 400, 'invalid-input', 'x'],
  ['a body where none is taken', 'DELETE', HOLD, { body: { x: 1 } }, 400, 'invalid-input', 'x'],
  ['a wait of 26', 'GET', '/services/api?wait=26', {}, 400, 'invalid-input', 'wait'],
  ['a wait of -1', 'GET', '/services/api?wait=-1', {}, 400, 'invalid-input', 'wait'],
  ['a wait of x', 'GET', '/services/api?wait=x', {}, 400, 'invalid-input', 'wait'],
  ['an empty wait', 'GET', '/services/api?wait=', {}, 400, 'invalid-input', 'wait'],
  ['a wait of 1.5', 'GET', '/services/api?wait=1.5', {}, 400, 'invalid-input', 'wait'],
  ['two waits', 'GET', '/services/api?wait=1&wait=2', {}, 400, 'invalid-input', 'wait'],
  ['an unknown query parameter', 'GET', '/services/api?verbose=1', {}, 400, 'invalid-input', 'verbose'],
  ['__proto__ as a query parameter', 'GET', '/services/api?__proto__=1', {}, 400, 'invalid-input', '__proto__'],
  ['a limit of 0', 'GET', '/services?limit=0', {}, 400, 'invalid-input', 'limit'],
  ['a limit of 101', 'GET', '/services?limit=101', {}, 400, 'invalid-input', 'limit'],
  ['a page after nothing that can be', 'GET', '/services?after=../x', {}, 400, 'invalid-input', 'after'],
  ['a hold without a body', 'PUT', HOLD, {}, 400, 'invalid-input', 'intent'],
  [
    'a hold neither awake nor asleep',
    'PUT',
    HOLD,
    { body: { ...aHold, intent: 'on' } },
    400,
    'invalid-input',
    'intent',
  ],
  ['a hold until some day', 'PUT', HOLD, { body: { ...aHold, until: 'tomorrow' } }, 400, 'invalid-input', 'until'],
  [
    'a hold until a day that is none',
    'PUT',
    HOLD,
    { body: { ...aHold, until: '2026-02-30T00:00:00Z' } },
    400,
    'invalid-input',
    'until',
  ],
  [
    'a hold until yesterday',
    'PUT',
    HOLD,
    { body: { ...aHold, until: '2026-11-19T10:00:00Z' } },
    400,
    'invalid-input',
    'until',
  ],
  [
    'a hold for ever',
    'PUT',
    HOLD,
    { body: { ...aHold, until: '2099-01-01T00:00:00Z' } },
    400,
    'invalid-input',
    'until',
  ],
  ['a hold without a reason', 'PUT', HOLD, { body: { ...aHold, reason: '' } }, 400, 'invalid-input', 'reason'],
  ['a body of 2 MB', 'POST', PATIENT, { body: { reason: 'a'.repeat(2_000_000) } }, 413, 'body-too-large', 'body'],
  ['a body of 64 KiB and a byte', 'POST', PATIENT, { body: `"${'a'.repeat(65_535)}"` }, 413, 'body-too-large', 'body'],
  [
    'a body as text',
    'POST',
    PATIENT,
    { body: '{}', headers: { 'content-type': 'text/plain' } },
    415,
    'unsupported-media-type',
    'content-type',
  ],
  [
    'a body in a dialect of JSON',
    'POST',
    PATIENT,
    { body: '{}', headers: { 'content-type': 'application/vnd.x+json' } },
    415,
    'unsupported-media-type',
    'content-type',
  ],
  ['no key', 'POST', PATIENT, { key: null }, 401, 'unauthorized', 'x-api-key'],
  ['an empty key', 'POST', PATIENT, { key: '' }, 401, 'unauthorized', 'x-api-key'],
  ['a wrong key', 'POST', PATIENT, { key: `${API_KEY}x` }, 401, 'unauthorized', 'x-api-key'],
  ['a wrong key with a wrong body', 'POST', PATIENT, { key: 'x', body: '{' }, 401, 'unauthorized', 'x-api-key'],
  ['a wrong method', 'GET', PATIENT, {}, 405, 'method-not-allowed', null],
  ['a wrong method without a key', 'DELETE', '/services', { key: null }, 405, 'method-not-allowed', null],
  ['a wrong address', 'GET', '/nowhere', {}, 404, 'route-not-found', null],
  ['a wrong address without a key', 'GET', '/services/api/secrets', { key: null }, 404, 'route-not-found', null],
  ['an address that climbs', 'GET', '/services/../../etc/passwd', {}, 404, 'route-not-found', null],
  ['a slash too many', 'GET', '/services/', {}, 404, 'route-not-found', null],
  [
    'a legacy wake of an unknown service',
    'POST',
    '/wake',
    { body: { service: 'nobody' } },
    404,
    'service-not-found',
    'service',
  ],
  [
    'a legacy wake of a name that climbs',
    'POST',
    '/wake',
    { body: { service_name: '../x' } },
    400,
    'invalid-input',
    'service_name',
  ],
  ['a legacy kill of a number', 'POST', '/kill', { body: { serviceName: 5 } }, 400, 'invalid-input', 'serviceName'],
];

/** A wrong key never gets past API Gateway. */
const WITHOUT_KEYS = CASES.filter(([, , , call]) => call.key === undefined);

describe.each([
  ['over a socket', anApi, CASES],
  ['behind API Gateway', aLambdaApi, WITHOUT_KEYS],
] as const)('what makes no sense is refused by name, %s', (_way, apiOf, cases) => {
  it.for(cases)('%s', async ([, method, path, call, status, code, field]) => {
    const plane = aControlPlane({ api: { bootMs: 1_000 } });
    const api = apiOf(plane);
    const { status: answered, body } = await api.call(method, path, call);
    expect({ status: answered, code: body.code, field: body.field }).toEqual({ status, code, field });
    expect(body.status).toBe(status);
    expect(body.detail).not.toBe('');
    if (field !== null && code === 'invalid-input') expect(body.detail).toContain(field);
    expect(plane.fleet.writes('api')).toEqual([]);
    expect(plane.store.calls.filter(({ op }) => op === 'put' || op === 'delete')).toEqual([]);
    expect(plane.telemetry).toMatchObject({ failures: [], audits: [] });
    expect(plane.telemetry.events.filter(({ name }) => name !== 'request.answered')).toEqual([]);
  });
});

describe('a refusal', () => {
  it('says what would be right', async () => {
    const api = anApi(aControlPlane({ api: {} }));
    const { body } = await api.call('GET', '/services/api?wait=26');
    expect(body.detail).toBe('wait must be a whole number from 0 to 25');
  });

  it('names the methods that an address takes', async () => {
    const { headers } = await anApi(aControlPlane()).call('POST', '/services/api/leases/laptop');
    expect(headers.get('allow')).toBe('PUT, DELETE');
  });
});

describe('what is right at its edges is taken', () => {
  it.for<readonly [string, string, string, Call]>([
    ['a wait of 25', 'GET', '/services/api?wait=25', {}],
    ['the longest lease', 'POST', PATIENT, { body: { leaseSeconds: 86_400 } }],
    ['the shortest lease', 'POST', PATIENT, { body: { leaseSeconds: 10 } }],
    ['the longest holder', 'POST', PATIENT, { body: { holder: 'a'.repeat(64) } }],
    ['the longest reason, with any letters', 'POST', PATIENT, { body: { reason: 'é'.repeat(500) } }],
    ['an empty body without content type', 'POST', PATIENT, {}],
    ['an empty body with a content type', 'POST', PATIENT, { headers: { 'content-type': 'application/json' } }],
    [
      'a content type with parameters',
      'POST',
      PATIENT,
      { body: '{}', headers: { 'content-type': 'Application/JSON; charset=utf-8' } },
    ],
    ['an empty object', 'POST', '/services/api/kill', { body: {} }],
    ['a hold until an instant elsewhere', 'PUT', HOLD, { body: { ...aHold, until: '2026-11-20T12:00:00+01:00' } }],
  ])('%s', async ([, method, path, call]) => {
    const { status } = await anApi(aControlPlane({ api: {} })).call(method, path, call);
    expect(status).toBeLessThan(300);
  });
});
