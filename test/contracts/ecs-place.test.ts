import { describe, expect, it } from 'vitest';
import { ecsPlaces } from '#shared/adapters/aws/ecs-place.ts';

const places = ecsPlaces(['fluidity', 'models']);

describe('the place of a service', () => {
  it.each([
    ['server', { cluster: 'fluidity', name: 'server' }],
    ['fluidity-server_2', { cluster: 'fluidity', name: 'fluidity-server_2' }],
    ['models.registry', { cluster: 'models', name: 'registry' }],
  ])('%s', (id, place) => {
    expect(places.placeOf(id)).toEqual(place);
    expect(places.idOf(place.cluster, place.name)).toBe(id);
  });

  it.each([
    ['a service of the first cluster has one id only', 'fluidity.server'],
    ['another cluster', 'strangers.server'],
    ['more dots than one', 'models.registry.two'],
    ['nothing after the dot', 'models.'],
    ['nothing at all', ''],
    ['what ECS allows no name to have', 'ser ver'],
    ['a name that is too long', 'a'.repeat(256)],
  ])('is none: %s', (_, id) => {
    expect(places.placeOf(id)).toBeUndefined();
  });

  it('has no id in a cluster of somebody else', () => {
    expect(places.idOf('strangers', 'server')).toBeUndefined();
  });

  it('needs a cluster', () => {
    expect(() => ecsPlaces([])).toThrow(/at least one cluster/);
  });
});
