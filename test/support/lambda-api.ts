import type { APIGatewayProxyEvent } from 'aws-lambda';
import { expect } from 'vitest';
import type { Endpoint } from '#shared/http/endpoint.ts';
import { lambdaHandler, type LambdaContext, type LambdaOptions } from '#shared/http/lambda-handler.ts';
import type { Fields, ScopedTelemetry } from '#shared/ports/telemetry.ts';
import { allEndpoints } from '../../infra/local/endpoints.ts';
import { EVERYTHING, type Api, type Call } from './api.ts';
import type { ControlPlane } from './control-plane.ts';
import { openApiCheck } from './openapi-check.ts';
import type { RecordedTelemetry } from './recorders.ts';

export const KEY_ID = 'a1b2c3d4e5';

/** As a REST API sends it for `GET /services/api`: every field is there, and what is not given is null. */
export const aGatewayEvent = (more: Partial<APIGatewayProxyEvent> = {}): APIGatewayProxyEvent => ({
  resource: '/services/{service}',
  path: '/services/api',
  httpMethod: 'GET',
  headers: { Accept: '*/*', Host: 'abcde12345.execute-api.eu-central-1.amazonaws.com' },
  multiValueHeaders: { Accept: ['*/*'], Host: ['abcde12345.execute-api.eu-central-1.amazonaws.com'] },
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  pathParameters: { service: 'api' },
  stageVariables: null,
  body: null,
  isBase64Encoded: false,
  ...more,
  requestContext: {
    resourceId: 'r1s2t3',
    resourcePath: '/services/{service}',
    httpMethod: 'GET',
    extendedRequestId: 'JKJaXmPLvHcESHA=',
    requestTime: '20/Nov/2026:10:00:00 +0000',
    path: '/dev/services/api',
    accountId: '123456789012',
    protocol: 'HTTP/1.1',
    stage: 'dev',
    domainPrefix: 'abcde12345',
    requestTimeEpoch: 1_795_168_800_000,
    requestId: '7f5bd4e2-0c3b-4f1a-9f6c-2b8f0c1d2e3f',
    domainName: 'abcde12345.execute-api.eu-central-1.amazonaws.com',
    apiId: 'abcde12345',
    authorizer: null,
    ...more.requestContext,
    identity: {
      cognitoIdentityPoolId: null,
      cognitoIdentityId: null,
      apiKey: 'the-key-itself-which-nobody-may-log',
      principalOrgId: null,
      cognitoAuthenticationType: null,
      userArn: null,
      apiKeyId: KEY_ID,
      userAgent: 'curl/8.5.0',
      accountId: null,
      caller: null,
      sourceIp: '192.0.2.1',
      accessKey: null,
      cognitoAuthenticationProvider: null,
      user: null,
      clientCert: null,
      ...more.requestContext?.identity,
    },
  },
});

export const aLambdaContext = (more: Partial<LambdaContext> = {}): LambdaContext => ({
  awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
  getRemainingTimeInMillis: () => 29_000,
  ...more,
});

/** Remembers on whose behalf each line was written. */
export interface ScopedRecorder extends ScopedTelemetry {
  readonly scopes: readonly Fields[];
}

export const scopedOver = (telemetry: RecordedTelemetry): ScopedRecorder => {
  const scopes: Fields[] = [];
  return {
    ...telemetry,
    scopes,
    within: (fields, work) => {
      scopes.push(fields);
      return work();
    },
  };
};

export const aLambda = (plane: ControlPlane, more: Partial<LambdaOptions> = {}) =>
  lambdaHandler(allEndpoints(plane, plane.packages.deps), {
    clock: plane.clock,
    telemetry: scopedOver(plane.telemetry),
    grantOf: async () => EVERYTHING,
    ...more,
  });

const contentOf = (body: unknown): string | null =>
  body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);

const matched = (endpoints: readonly Endpoint[], pathname: string) => {
  for (const { path } of endpoints) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const found = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '([^/]+)')}$`).exec(pathname);
    if (found)
      return { resource: path, pathParameters: Object.fromEntries(names.map((name, at) => [name, found[at + 1]])) };
  }
  return { resource: '', pathParameters: null };
};

/** What API Gateway makes of a request: the path's parameters as they were sent, the query decoded. */
export const eventOf = (
  endpoints: readonly Endpoint[],
  method: string,
  path: string,
  call: Call,
): APIGatewayProxyEvent => {
  const [pathname = '', search = ''] = path.split('?', 2);
  const query = [...Map.groupBy(new URLSearchParams(search), ([name]) => name)].map(
    ([name, pairs]) => [name, pairs.map(([, value]) => value)] as const,
  );
  const body = contentOf(call.body);
  return aGatewayEvent({
    ...matched(endpoints, pathname),
    path: pathname,
    httpMethod: method,
    headers: { ...(body !== null && { 'content-type': 'application/json' }), ...call.headers },
    multiValueQueryStringParameters: query.length > 0 ? Object.fromEntries(query) : null,
    body,
  });
};

/** The same addresses as `anApi`, behind a REST API. Every answer is held against the OpenAPI document on the way. */
export const aLambdaApi = (plane: ControlPlane): Api => {
  const endpoints = allEndpoints(plane, plane.packages.deps);
  const handler = aLambda(plane);
  let check: ReturnType<typeof openApiCheck> | undefined;

  const send = async (method: string, path: string, call: Call) => {
    const { statusCode, headers, body } = await handler(eventOf(endpoints, method, path, call), aLambdaContext());
    return {
      status: statusCode,
      headers: new Headers(headers as Record<string, string>),
      body: body === '' ? undefined : JSON.parse(body),
    };
  };

  return {
    routes: endpoints.map(({ method, path }) => ({ method, path })),
    call: async (method, path, call = {}) => {
      check ??= openApiCheck((await send('GET', '/openapi.json', {})).body);
      const answer = await send(method, path, call);
      const seen = { ...answer, contentType: answer.headers.get('content-type') };
      expect(check.faults(method, path, seen), 'against the OpenAPI document').toEqual([]);
      return answer;
    },
  };
};
