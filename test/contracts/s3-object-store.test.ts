import { beforeEach, describe, expect, it } from 'vitest';
import { s3ObjectStore } from '#shared/adapters/aws/s3-object-store.ts';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import { bytes, created, etagOf, precondition, textAt } from '../support/object-store-words.ts';
import {
  answerWith,
  ATTEMPTS,
  breakOff,
  loseAnswer,
  refuse,
  refuseWordlessly,
  type ScriptedS3,
  scriptedS3,
} from '../support/scripted-s3.ts';
import { objectStoreContract } from './object-store.contract.ts';

const storeIn = ({ client, bucket }: ScriptedS3): ObjectStore => s3ObjectStore({ s3: client, bucket });

objectStoreContract({ name: 's3, scripted', make: () => storeIn(scriptedS3()) });

const inFlight = { ok: false, because: 'in-flight' };

let s3: ScriptedS3;
let store: ObjectStore;
beforeEach(() => {
  s3 = scriptedS3();
  store = storeIn(s3);
});

/** Each way to use the store, on an object that there is. */
const uses: [string, (etag: string) => Promise<unknown>][] = [
  ['get', () => store.get('a')],
  ['create', () => store.put('b', bytes('two'), 'absent')],
  ['replace', (etag) => store.put('a', bytes('two'), { etag })],
  ['delete', (etag) => store.delete('a', { etag })],
  ['list', () => store.list('')],
];

describe('a write on S3', () => {
  it('is never sent without its condition, and is one request', async () => {
    const one = await created(store, 'a', 'one');
    const two = etagOf(await store.put('a', bytes('two'), { etag: one }));
    await store.delete('a', { etag: two });
    expect(s3.requests).toEqual(['PUT *', `PUT ${one}`, `DELETE ${two}`]);
  });

  it('is in flight when S3 says that another one is, and is not tried again on its own', async () => {
    const etag = await created(store, 'a', 'one');
    const conflict = refuse(409, 'ConditionalRequestConflict');
    s3.play(conflict, conflict, conflict);
    expect(await store.put('a', bytes('two'), { etag })).toEqual(inFlight);
    expect(await store.put('b', bytes('two'), 'absent')).toEqual(inFlight);
    expect(await store.delete('a', { etag })).toEqual(inFlight);
    expect(s3.requests).toHaveLength(4);
    expect(await textAt(store, 'a')).toBe('one');
    expect(await store.get('b')).toBeUndefined();
  });

  it('fails with any other conflict', async () => {
    s3.play(refuse(409, 'OperationAborted'));
    await expect(store.put('a', bytes('one'), 'absent')).rejects.toThrow('OperationAborted');
  });

  it.each<[string, (etag: string) => Promise<unknown>]>([
    ['creation', () => store.put('b', bytes('two'), 'absent')],
    ['replacement', (etag) => store.put('a', bytes('two'), { etag })],
  ])('may be one’s own that a precondition refuses, when the answer was lost: %s', async (_, write) => {
    const etag = await created(store, 'a', 'one');
    s3.play(loseAnswer);
    expect(await write(etag)).toEqual(precondition);
    expect([await textAt(store, 'a'), await textAt(store, 'b')]).toContain('two');
  });

  it('that deletes is content when its answer was lost', async () => {
    const etag = await created(store, 'a', 'one');
    s3.play(loseAnswer);
    expect(await store.delete('a', { etag })).toMatchObject({ ok: true });
    expect(await store.get('a')).toBeUndefined();
  });

  it('may have happened when it fails for good', async () => {
    s3.play(loseAnswer, refuse(500, 'InternalError'), refuse(500, 'InternalError'));
    await expect(store.put('a', bytes('one'), 'absent')).rejects.toThrow('InternalError');
    expect(await textAt(store, 'a')).toBe('one');
  });

  it('deletes no bucket for want of a key', async () => {
    await expect(store.delete('', { etag: '"any"' })).rejects.toThrow(RangeError);
    expect(s3.requests).toEqual([]);
  });

  it.each([
    ['a lone surrogate', '\ud800'],
    ['nothing', ''],
    ['1025 bytes', 'a'.repeat(1025)],
  ])('is not sent under a key of %s', async (_, key) => {
    await expect(store.put(key, bytes('one'), 'absent')).rejects.toThrow(RangeError);
    expect(s3.requests).toEqual([]);
  });
});

describe('what is not there', () => {
  it.each(uses)('is not what S3 forbids: %s fails', async (_, use) => {
    const etag = await created(store, 'a', 'one');
    s3.play(refuse(403, 'AccessDenied'));
    await expect(use(etag)).rejects.toThrow('AccessDenied');
  });

  it.each(uses)('is not a missing bucket: %s fails', async (_, use) => {
    const etag = await created(store, 'a', 'one');
    s3.play(refuse(404, 'NoSuchBucket'));
    await expect(use(etag)).rejects.toThrow('NoSuchBucket');
  });

  it.each(uses)('is not what something else says is not found: %s fails', async (_, use) => {
    const etag = await created(store, 'a', 'one');
    s3.play(refuseWordlessly(404));
    await expect(use(etag)).rejects.toThrow();
  });

  it('is not a body that broke off', async () => {
    await created(store, 'a', 'one');
    s3.play(breakOff);
    await expect(store.get('a')).rejects.toThrow('aborted');
  });

  it.each([
    ['has more pages and shows none of them', '<IsTruncated>true</IsTruncated>'],
    ['shows an object without its ETag', '<Contents><Key>a</Key><Size>1</Size></Contents>'],
  ])('is not a listing that %s', async (_, xml) => {
    s3.play(answerWith(`<ListBucketResult>${xml}</ListBucketResult>`));
    await expect(store.list('')).rejects.toThrow(/without/);
  });
});

describe('a bucket that asks for a pause', () => {
  const slowDown = refuse(503, 'SlowDown');

  it.each(uses)('is a refusal that says when to come back, once every attempt has met it: %s', async (_, use) => {
    const etag = await created(store, 'a', 'one');
    s3.play(...Array.from({ length: ATTEMPTS }, () => slowDown));
    await expect(use(etag)).rejects.toMatchObject({
      code: 'throttled',
      details: { retryAfterMs: expect.toSatisfy((pauseMs: number) => pauseMs > 0) },
      cause: { name: 'SlowDown' },
    });
    expect(s3.requests).toHaveLength(1 + ATTEMPTS);
  });

  it.each(uses)('is asked again before that: %s', async (_, use) => {
    const etag = await created(store, 'a', 'one');
    s3.play(slowDown, slowDown);
    await expect(use(etag)).resolves.not.toMatchObject({ ok: false });
  });
});
