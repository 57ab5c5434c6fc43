import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { PROBLEMS } from '#shared/http/problem.ts';
import { documentText } from '../../infra/openapi/document.ts';
import { anApi } from '../support/api.ts';
import { aControlPlane } from '../support/control-plane.ts';

const api = anApi(aControlPlane());
const { body: document } = await api.call('GET', '/openapi.json', { key: null });

const operations = (): readonly { method: string; path: string; operation: any }[] =>
  Object.entries<any>(document.paths).flatMap(([path, methods]) =>
    Object.entries<any>(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );

describe('the OpenAPI document', () => {
  it('is the one that the routes make; `npm run openapi` writes it anew', () => {
    const file = new URL('../../functions/openapi/document.json', import.meta.url);
    expect(readFileSync(file, 'utf8')).toBe(documentText());
  });

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document));
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    expect(validator.version).toBe('3.1');
  });

  it('has every address of the server, and the server every address of it', () => {
    const served = api.routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(
      operations()
        .map(({ method, path }) => `${method} ${path}`)
        .toSorted(),
    ).toEqual(served.toSorted());
  });

  it('names every operation once', () => {
    const names = operations().map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  it('describes every parameter that its path names', () => {
    for (const { path, operation } of operations()) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const described = operation.parameters.filter((parameter: any) => parameter.in === 'path');
      expect(described.map(({ name }: any) => name)).toEqual(named);
      expect(operation.parameters.every(({ description }: any) => description.length > 0)).toBe(true);
    }
  });

  it('tells the limits of what is read', () => {
    const [wait] = document.paths['/services/{service}'].get.parameters.filter(({ name }: any) => name === 'wait');
    expect(wait.schema).toEqual({ type: 'integer', minimum: 0, maximum: 25 });
    const wake = document.paths['/services/{service}/wake'].post.requestBody.content['application/json'].schema;
    expect(wake.additionalProperties).toBe(false);
    expect(wake.properties.leaseSeconds).toMatchObject({ type: 'integer', minimum: 10, maximum: 86_400 });
  });

  it('asks for the key everywhere but for itself', () => {
    expect(document.security).toEqual([{ apiKey: [] }]);
    const open = operations().filter(({ operation }) => operation.security?.length === 0);
    expect(open.map(({ path }) => path)).toEqual(['/openapi.json']);
  });

  it('lists refusals with the status that they have', () => {
    const { responses } = document.paths['/services/{service}/wake'].post;
    for (const code of ['held', 'failing', 'service-not-found', 'body-too-large'] as const) {
      expect(responses[PROBLEMS[code].status].description).toContain(`\`${code}\``);
    }
  });
});
