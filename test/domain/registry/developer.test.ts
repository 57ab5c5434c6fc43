import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { controlKeys, parseDeveloperKey } from '#shared/domain/lifecycle/control-keys.ts';
import { isOwnedBy, principalOf, readDeveloper, UNREGISTERED } from '#shared/domain/registry/developer.ts';
import { DEFAULT_LIMITS } from '#shared/domain/registry/limits.ts';

const publicKey = generateKeyPairSync('ed25519')
  .publicKey.export({ format: 'der', type: 'spki' })
  .subarray(-32)
  .toString('base64');

const key = { id: 'laptop', publicKey, notBefore: '2026-01-01T00:00:00Z', notAfter: '2027-01-01T00:00:00.000Z' };

const document = {
  schema: 1,
  principals: ['AROAEXAMPLEID0000001', 'AIDAEXAMPLEID0000002'],
  keys: [key],
  signature: 'required',
  secrets: 'warn',
  limits: { fileBytes: 1000 },
};

const without = (field: string): object =>
  Object.fromEntries(Object.entries(document).filter(([name]) => name !== field));

describe('a developer’s document', () => {
  it('says who may upload, and on what terms', () => {
    expect(readDeveloper(document)).toEqual({
      ok: true,
      developer: {
        principals: ['AROAEXAMPLEID0000001', 'AIDAEXAMPLEID0000002'],
        keys: [{ id: 'laptop', publicKey, notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2027, 0, 1) }],
        signature: 'required',
        secrets: 'warn',
        limits: { ...DEFAULT_LIMITS, fileBytes: 1000 },
      },
    });
  });

  it.each([
    ['nobody and no key', { principals: [], keys: [], signature: 'optional' }],
    ['a key without an end', { keys: [{ ...key, notAfter: null }] }],
    ['no limits of its own', { limits: {} }],
    ['two keys', { keys: [key, { ...key, id: 'desktop' }] }],
    ['secrets refused', { secrets: 'reject' }],
    ['secrets allowed', { secrets: 'allow' }],
    ['five times the usual limits', { limits: { fileBytes: 500 * 1024 * 1024, entries: 50_000 } }],
    ['fields of another kind, as whoever stores it may add', { nonce: 'x', note: 'moved in 2026' }],
  ])('may have %s', (_, change) => {
    expect(readDeveloper({ ...document, ...change })).toMatchObject({ ok: true });
  });

  it.each(Object.keys(document))('is refused without %s: a misspelt field must not loosen anything', (field) => {
    expect(readDeveloper(without(field))).toMatchObject({ ok: false });
  });

  it.each([
    ['another schema', { schema: 2 }, 'schema'],
    ['an ARN for a principal', { principals: ['arn:aws:iam::123456789012:role/acme'] }, 'principals'],
    ['a session for a principal', { principals: ['AROAEXAMPLEID0000001:me'] }, 'principals'],
    ['a principal with something in front of it', { principals: ['x/AROAEXAMPLEID0000001'] }, 'principals'],
    ['an empty principal', { principals: [''] }, 'principals'],
    ['one principal instead of a list', { principals: 'AROAEXAMPLEID0000001' }, 'principals'],
    ['two keys of one id', { keys: [key, { ...key, notAfter: null }] }, 'keys'],
    ['a key without an id', { keys: [{ ...key, id: '' }] }, 'keys'],
    ['a key in another form', { keys: [{ ...key, publicKey: `-----BEGIN PUBLIC KEY-----` }] }, 'keys'],
    ['a key that proves nothing', { keys: [{ ...key, publicKey: Buffer.alloc(32).toString('base64') }] }, 'keys'],
    ['a window without a start', { keys: [{ ...key, notBefore: null }] }, 'keys'],
    ['a window without an end that says so', { keys: [{ ...key, notAfter: undefined }] }, 'keys'],
    ['an empty window', { keys: [{ ...key, notAfter: key.notBefore }] }, 'keys'],
    ['a day that there is not', { keys: [{ ...key, notAfter: '2027-02-30T00:00:00Z' }] }, 'keys'],
    ['a local time', { keys: [{ ...key, notAfter: '2027-02-01T00:00:00' }] }, 'keys'],
    ['a number for an instant', { keys: [{ ...key, notAfter: Date.UTC(2027, 0, 1) }] }, 'keys'],
    ['no object for a key', { keys: [null] }, 'keys'],
    ['no list of keys', { keys: {} }, 'keys'],
    ['another policy for signatures', { signature: 'Required' }, 'signature'],
    ['a demand that nothing can meet', { keys: [] }, 'there is no key'],
    ['another policy for secrets', { secrets: true }, 'secrets'],
    ['a misspelt limit', { limits: { fileByte: 1000 } }, 'limits'],
    ['a limit that every object has', { limits: { toString: 1000 } }, 'limits'],
    ['a limit of nothing', { limits: { entries: 0 } }, 'limits'],
    ['a limit that is no whole number', { limits: { ratio: 1.5 } }, 'limits'],
    ['a limit in words', { limits: { fileBytes: '100 MiB' } }, 'limits'],
    ['a list of limits', { limits: [] }, 'limits'],
    ['a package of more than can be held in memory', { limits: { fileBytes: 500 * 1024 * 1024 + 1 } }, 'limits'],
    ['more entries than five times the usual', { limits: { entries: 50_001 } }, 'limits'],
  ])('is refused with %s', (_, change, problem) => {
    expect(readDeveloper({ ...document, ...change })).toEqual({
      ok: false,
      problem: expect.stringContaining(problem) as string,
    });
  });

  it('is read or refused, whatever it is', () => {
    const part = fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(document)));
    const anything = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...Object.keys(document)), part));
    fc.assert(
      fc.property(anything, (value) => {
        expect(typeof readDeveloper(value).ok).toBe('boolean');
      }),
    );
  });

  it('is not needed where everybody may upload', () => {
    expect(readDeveloper({ schema: 1, ...UNREGISTERED })).toEqual({ ok: true, developer: UNREGISTERED });
  });

  it('lies in the control bucket, under the developer’s id', () => {
    expect(controlKeys.developer('acme').startsWith(controlKeys.developers)).toBe(true);
    expect(controlKeys.developer('../x')).toBe('developers/..%2Fx.json');
    for (const id of ['acme', 'a+b', 'a=b,c', 'ada@example.com']) {
      expect(parseDeveloperKey(controlKeys.developer(id))).toBe(id);
    }
    expect(parseDeveloperKey('developers/a/b.json')).toBeUndefined();
    expect(parseDeveloperKey('developers/%zz.json')).toBeUndefined();
  });
});

describe('who uploaded', () => {
  it.each([
    ['AROAEXAMPLEID0000001:session', 'AROAEXAMPLEID0000001'],
    ['AWS:AROAEXAMPLEID0000001:session', 'AROAEXAMPLEID0000001'],
    ['AWS:AIDAEXAMPLEID0000002', 'AIDAEXAMPLEID0000002'],
    ['AIDAEXAMPLEID0000002', 'AIDAEXAMPLEID0000002'],
    ['AROAEXAMPLEID0000009:AROAEXAMPLEID0000001', 'AROAEXAMPLEID0000009'],
    ['XAWS:AIDAEXAMPLEID0000002', 'XAWS'],
    ['', ''],
  ])('is told by a unique id: %s', (principalId, principal) => {
    expect(principalOf(principalId)).toBe(principal);
  });

  it('is one of the developer’s, or not', () => {
    const developer = { ...UNREGISTERED, principals: ['AROAEXAMPLEID0000001'] };
    expect(isOwnedBy(developer, 'AWS:AROAEXAMPLEID0000001:laptop')).toBe(true);
    for (const other of [
      'AROAEXAMPLEID0000009:AROAEXAMPLEID0000001',
      'AROAEXAMPLEID000000',
      'AROAEXAMPLEID00000010',
      '',
    ])
      expect(isOwnedBy(developer, other)).toBe(false);
    expect(isOwnedBy(UNREGISTERED, '')).toBe(false);
  });
});
