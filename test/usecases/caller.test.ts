import { describe, expect, it } from 'vitest';
import { grants, requireGrant, requireService } from '#shared/usecases/caller.ts';
import { meantService } from '#shared/usecases/meant-service.ts';
import { aCaller } from '../support/builders.ts';
import { aControlPlane } from '../support/control-plane.ts';

describe('a grant', () => {
  it('is read under the subject, however it is written', async () => {
    const plane = aControlPlane();
    const subject = 'arn:aws:iam::1:role/ops';
    await plane.docs.swap('grants/arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fops.json', null, { force: true });
    expect(await grants(plane)(subject)).toMatchObject({ force: true });
  });

  it('is the plain one where none is written', async () => {
    expect(await grants(aControlPlane())('ada')).toEqual({});
  });

  it.each([
    [29_999, false],
    [30_000, true],
  ])('is remembered for half a minute, absent or not: after %d ms read again %s', async (afterMs, isRead) => {
    const plane = aControlPlane();
    const grantOf = grants(plane);
    await grantOf('ada');
    await plane.docs.swap('grants/ada.json', null, { hold: true });
    plane.clock.advance(afterMs);
    expect((await grantOf('ada')).hold === true).toBe(isRead);
  });

  it('of one subject is not another’s', async () => {
    const plane = aControlPlane();
    await plane.docs.swap('grants/olga.json', null, { force: true });
    const grantOf = grants(plane);
    expect(await grantOf('olga')).toMatchObject({ force: true });
    expect(await grantOf('ada')).toEqual({});
  });

  it('that cannot be read is an outage, not the plain one', async () => {
    const plane = aControlPlane();
    await plane.store.put('grants/ada.json', new TextEncoder().encode('{'), 'absent');
    await expect(grants(plane)('ada')).rejects.toThrow('not a JSON document: grants/ada.json');
  });

  it.each([
    [undefined, true],
    [['api', 'web'], true],
    [['web'], false],
    [[], false],
  ])('for the services %j lets the caller touch api: %s', (services, isAllowed) => {
    const check = () => requireService(aCaller('ada', services ? { services } : {}), 'api');
    if (isAllowed) expect(check).not.toThrow();
    else expect(check).toThrow('this key has no grant for api');
  });

  it.each(['force', 'hold'] as const)('to %s is none to do the other', (need) => {
    expect(() => requireGrant(aCaller('ada', { [need]: true }), need)).not.toThrow();
    expect(() => requireGrant(aCaller('ada', { force: need !== 'force', hold: need !== 'hold' }), need)).toThrow(
      `this key has no grant to ${need}`,
    );
    expect(() => requireGrant(aCaller(), need)).toThrow(`this key has no grant to ${need}`);
  });
});

describe('the service a caller means', () => {
  const both = { api: {}, web: {} };

  it('is the one it names, whatever there is', async () => {
    expect(await meantService(aControlPlane(both))({ named: 'shop', caller: aCaller() })).toBe('shop');
  });

  it('is the default where it names none', async () => {
    const plane = { ...aControlPlane(both), settings: { ...aControlPlane(both).settings, defaultService: 'web' } };
    expect(await meantService(plane)({ named: undefined, caller: aCaller() })).toBe('web');
    expect(await meantService(plane)({ named: 'api', caller: aCaller() })).toBe('api');
  });

  it('is the only one there is, for all or for it', async () => {
    expect(await meantService(aControlPlane())({ named: undefined, caller: aCaller() })).toBe('api');
    const caller = aCaller('ada', { services: ['web'] });
    expect(await meantService(aControlPlane(both))({ named: undefined, caller })).toBe('web');
  });

  it.each([[both], [{}]])('must be named where there is not exactly one', async (services) => {
    await expect(meantService(aControlPlane(services))({ named: undefined, caller: aCaller() })).rejects.toMatchObject({
      code: 'invalid-input',
      details: { field: 'service' },
    });
  });
});
