import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCodec } from '#shared/adapters/node-codec.ts';
import { readArchive } from '#shared/domain/registry/archive/read-archive.ts';
import { DEFAULT_LIMITS } from '#shared/domain/registry/limits.ts';
import { VERDICTS } from '#shared/domain/registry/verdict.ts';
import { aProperPlan, aZipPlan } from '../../support/registry/zip-plans.ts';
import { bytesOf, writeZip } from '../../support/registry/zip-writer.ts';

const read = (bytes: Uint8Array) => readArchive(bytes, nodeCodec(), DEFAULT_LIMITS);

/** Names and contents, or the code. */
const meaningOf = (bytes: Uint8Array) => {
  const archive = read(bytes);
  if (!archive.ok) return archive.fault.code;
  const { entries, contentOf } = archive.value;
  return entries.map(({ name }) => [name, Buffer.from(contentOf(name) ?? []).toString('hex')]);
};

describe('reading an archive', () => {
  it('gives back what a proper one was made of', () => {
    fc.assert(
      fc.property(aProperPlan, (plan) => {
        const made = plan.entries.map(({ name, content = '' }) => [
          name,
          Buffer.from(bytesOf(content)).toString('hex'),
        ]);
        expect(meaningOf(writeZip(plan))).toEqual(made);
      }),
    );
  });

  it('never throws, and refuses with a code that has words', () => {
    fc.assert(
      fc.property(aZipPlan, (plan) => {
        const meaning = meaningOf(writeZip(plan));
        expect(typeof meaning === 'string' ? VERDICTS[meaning].verdict : 'rejected').toBe('rejected');
      }),
      { numRuns: 3_000 },
    );
  });

  it('finds every change of a byte, unless it changes neither a name nor a content', () => {
    fc.assert(
      fc.property(aProperPlan, fc.nat(), fc.integer({ min: 1, max: 255 }), (plan, place, change) => {
        const bytes = writeZip(plan);
        const changed = Uint8Array.from(bytes);
        changed[place % bytes.length]! ^= change;
        const meaning = meaningOf(changed);
        if (typeof meaning !== 'string') expect(meaning).toEqual(meaningOf(bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  it('refuses every archive that is cut, and every one with something added to it', () => {
    fc.assert(
      fc.property(aProperPlan, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 30 }), (plan, place, more) => {
        const bytes = writeZip(plan);
        const cut = place % bytes.length;
        expect(read(bytes.subarray(0, cut)).ok).toBe(false);
        const added = Buffer.concat([bytes.subarray(0, cut), more, bytes.subarray(cut)]);
        expect(read(added).ok).toBe(false);
      }),
    );
  });
});
