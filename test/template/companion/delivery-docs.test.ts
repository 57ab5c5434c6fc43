import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { exampleCalled, root } from '../../support/cfn/companions.ts';

const page = readFileSync(path.join(root, 'docs/delivery.md'), 'utf8');

/** What the page gives a variable of an environment on GitHub as an example. */
const suchAs = (variable: string): string => {
  const [, value] = new RegExp(`^\\| \`${variable}\` \\| \`([^\`]+)\``, 'm').exec(page) ?? [];
  if (value === undefined) throw new Error(`the page has no ${variable}`);
  return value;
};

const api = exampleCalled('pixtools-api');
const role = exampleCalled('pixtools.deploy-role').parameters;

/** As a load balancer reads the patterns of a rule. */
const isLetThrough = (address: string, patterns: string): boolean =>
  patterns
    .split(',')
    .some((pattern) =>
      new RegExp(`^${pattern.replaceAll(/[.+]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}$`).test(address),
    );

describe('the variables of an environment, as docs/delivery.md has them', () => {
  it('ask for health where the rule of the example lets a request through, and the service answers', () => {
    const { host, pathname } = new URL(suchAs('HEALTH_URL'));
    const { HttpHosts, HttpPaths = '/*', HttpHealthPath } = api.parameters;
    expect(host).toBe(HttpHosts);
    expect(isLetThrough(pathname, HttpPaths)).toBe(true);
    expect(pathname).toBe(HttpHealthPath);
  });

  it('name what the example’s role may deploy, wake and read', () => {
    expect(suchAs('STACKS').split(' ')).toEqual([role['ServiceStack'], role['SecondServiceStack']]);
    expect(suchAs('SMOKE_SERVICE')).toBe(role['SmokeService']);
    expect(suchAs('API_KEY_SECRET')).toBe(role['ApiKeySecretName']);
    expect(suchAs('REPOSITORY_URI').split('/').slice(1).join('/')).toBe(role['RepositoryName']);
  });
});
