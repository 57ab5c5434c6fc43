import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { controlKeys, parseLeaseKey } from '#shared/domain/lifecycle/control-keys.ts';

const name = fc.string({ unit: 'binary', minLength: 1 });
const holder = fc.record({ subject: name, holder: name });
const service = fc.stringMatching(/^[a-z][a-z0-9._-]{0,20}$/);

describe('the layout of the control bucket', () => {
  it('is this', () => {
    const ada = { subject: 'ada', holder: 'laptop' };
    expect([
      controlKeys.directory,
      controlKeys.record('api'),
      controlKeys.projection('api'),
      controlKeys.grant('ada'),
      controlKeys.leases('api'),
      controlKeys.lease('api', ada),
    ]).toMatchInlineSnapshot(`
      [
        "directory.json",
        "services/api.json",
        "observed/api.json",
        "grants/ada.json",
        "leases/api/",
        "leases/api/ada~laptop.json",
      ]
    `);
  });

  it('lets no subject out of its folder', () => {
    expect(controlKeys.grant('../services/api')).toBe('grants/..%2Fservices%2Fapi.json');
    expect(controlKeys.lease('api', { subject: 'arn:aws:iam::1:role/x', holder: "~!'()*" })).toBe(
      'leases/api/arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx~%7E%21%27%28%29%2A.json',
    );
  });

  it('keeps the leases of a service apart from those of one whose name begins the same', () => {
    const key = controlKeys.lease('api-2', { subject: 'ada', holder: 'laptop' });
    expect(key.startsWith(controlKeys.leases('api'))).toBe(false);
  });

  it('reads back whose lease lies under a key', () => {
    fc.assert(
      fc.property(service, holder, (id, who) => {
        const key = controlKeys.lease(id, who);
        expect(key.startsWith(controlKeys.leases(id))).toBe(true);
        expect(parseLeaseKey(key)).toEqual({ service: id, ...who });
      }),
    );
  });

  it('never gives two holders one key', () => {
    fc.assert(
      fc.property(holder, holder, (a, b) => {
        fc.pre(a.subject !== b.subject || a.holder !== b.holder);
        expect(controlKeys.lease('api', a)).not.toBe(controlKeys.lease('api', b));
      }),
    );
    // Where the separator moves.
    const moved = [
      { subject: 'a~b', holder: 'c' },
      { subject: 'a', holder: 'b~c' },
    ] as const;
    expect(controlKeys.lease('api', moved[0])).not.toBe(controlKeys.lease('api', moved[1]));
  });

  it('never gives two subjects one grant', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        fc.pre(a !== b);
        expect(controlKeys.grant(a)).not.toBe(controlKeys.grant(b));
      }),
    );
  });

  it.each([
    'leases/api/ada~laptop',
    'leases/api/ada.json',
    'leases/api/~laptop.json',
    'leases/api/ada~.json',
    'leases/api/a~b~c.json',
    'leases/api/x/ada~laptop.json',
    'leases/ada~laptop.json',
    'services/api/ada~laptop.json',
    'x/leases/api/ada~laptop.json',
    'leases/api/%E0%A4%A~laptop.json',
    'leases/api/ada~%.json',
  ])('does not take %s for a lease', (key) => {
    expect(parseLeaseKey(key)).toBeUndefined();
  });
});
