import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anApi } from '../support/api.ts';
import { aControlPlane } from '../support/control-plane.ts';
import { aLambdaApi } from '../support/lambda-api.ts';

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH'];
const PLACES = ['', '/wake', '/kill', '/hold', '/decision', '/history', '/leases/laptop'];
const WORDS = [
  'holder',
  'leaseSeconds',
  'reason',
  'force',
  'generation',
  'intent',
  'until',
  'wait',
  'service',
  '__proto__',
];

const aWord = fc.oneof(fc.constantFrom(...WORDS), fc.string());
const aRequest = fc.record({
  method: fc.constantFrom(...METHODS),
  service: fc.oneof(fc.constant('api'), fc.string()),
  place: fc.constantFrom(...PLACES),
  query: fc.array(fc.tuple(aWord, fc.oneof(fc.nat({ max: 2 }).map(String), fc.string())), { maxLength: 2 }),
  body: fc.oneof(
    fc.constant(undefined),
    fc.json(),
    fc.dictionary(aWord, fc.jsonValue()).map((body) => JSON.stringify(body)),
    fc.string(),
  ),
});

it.for([
  ['over a socket', anApi],
  ['behind API Gateway', aLambdaApi],
] as const)(
  'whatever is asked %s, the answer is one of the document, and none the fault of the server',
  async ([, apiOf]) => {
    const plane = aControlPlane();
    const api = apiOf(plane);
    await fc.assert(
      fc.asyncProperty(aRequest, async ({ method, service, place, query, body }) => {
        const search = query.length > 0 ? `?${new URLSearchParams(query).toString()}` : '';
        const path = `/services/${encodeURIComponent(service)}${place}${search}`;
        const content = method === 'GET' || body === undefined || body === '' ? {} : { body };
        const { status } = await api.call(method, path, content);
        expect(status).toBeLessThan(500);
        expect(plane.telemetry.failures).toEqual([]);
      }),
      { numRuns: 300 },
    );
  },
);
