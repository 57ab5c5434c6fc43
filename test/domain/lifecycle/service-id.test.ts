import { expect, it } from 'vitest';
import { SERVICE_ID_PATTERN } from '#shared/domain/lifecycle/service-id.ts';

it.each(['a', '9', 'Api_2-b', 'cluster.api', 'x'.repeat(255)])('a service may be called %s', (id) => {
  expect(id).toMatch(SERVICE_ID_PATTERN);
});

it.each(['', '-a', '.', '..', '.a', '_a', 'a/b', 'a b', 'a%2F', 'ä', 'a\n', 'x'.repeat(256)])(
  'a service may not be called %j: its name becomes a key',
  (id) => {
    expect(id).not.toMatch(SERVICE_ID_PATTERN);
  },
);
