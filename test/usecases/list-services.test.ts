import { beforeEach, describe, expect, it } from 'vitest';
import { listServices } from '#shared/usecases/list-services.ts';
import { tick } from '#shared/usecases/tick.ts';
import { aCaller, aRecord } from '../support/builders.ts';
import { aControlPlane, type ControlPlane } from '../support/control-plane.ts';

describe('the list of services', () => {
  let plane: ControlPlane;
  beforeEach(() => {
    plane = aControlPlane({ web: {}, api: { desiredCount: 1 }, shop: {}, 'api.b': {} });
  });

  const page = async (limit: number, after: string | null = null, caller = aCaller()) => {
    const { services, next } = await listServices(plane)({ caller, limit, after });
    return { names: services.map(({ managed }) => managed.service), next };
  };

  it('is in order of the names', async () => {
    expect(await page(10)).toEqual({ names: ['api', 'api.b', 'shop', 'web'], next: null });
  });

  it.each([
    [1, ['api'], 'api'],
    [3, ['api', 'api.b', 'shop'], 'shop'],
    [4, ['api', 'api.b', 'shop', 'web'], null],
    [5, ['api', 'api.b', 'shop', 'web'], null],
  ])('comes in pages of %d', async (limit, names, next) => {
    expect(await page(limit)).toEqual({ names, next });
  });

  it('goes on after the last service of the page before, though it be gone', async () => {
    expect(await page(2, 'api.b')).toEqual({ names: ['shop', 'web'], next: null });
    expect(await page(1, 'b')).toEqual({ names: ['shop'], next: 'shop' });
    expect(await page(1, 'web')).toEqual({ names: [], next: null });
  });

  it('shows what the caller may touch, and no more', async () => {
    const caller = aCaller('ada', { services: ['web', 'api', 'nobody'] });
    expect(await page(1, null, caller)).toEqual({ names: ['api'], next: 'api' });
    expect(await page(10, 'api', caller)).toEqual({ names: ['web'], next: null });
    expect(await page(10, null, aCaller('ada', { services: [] }))).toEqual({ names: [], next: null });
  });

  it('tells what was last seen, without asking the fleet', async () => {
    await tick(plane)();
    plane.recount();
    const { services } = await listServices(plane)({ caller: aCaller(), limit: 1, after: null });
    expect(services[0]?.sighting?.observed.desiredCount).toBe(1);
    expect(plane.fleet.calls).toEqual([]);
  });

  it('leaves out what cannot be read, says so, and shows the others', async () => {
    await plane.store.put('services/shop.json', new TextEncoder().encode('{'), 'absent');
    expect(await page(3)).toEqual({ names: ['api', 'api.b'], next: 'shop' });
    expect(await page(3, 'shop')).toEqual({ names: ['web'], next: null });
    expect(plane.telemetry.failures).toMatchObject([{ name: 'listing.failed', fields: { service: 'shop' } }]);
  });

  it('tells nothing that was seen of another generation', async () => {
    await tick(plane)();
    await plane.plant(aRecord({ service: 'api', generation: 9 }));
    const { services } = await listServices(plane)({ caller: aCaller(), limit: 1, after: null });
    expect(services[0]?.sighting).toBeNull();
  });
});
