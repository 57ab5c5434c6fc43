import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeCodec } from '#shared/adapters/node-codec.ts';
import { readDeveloper } from '#shared/domain/registry/developer.ts';
import { readRelease, releaseText } from '#shared/domain/registry/release.ts';
import { checkSignature, parseSignature, statement } from '#shared/domain/registry/signature.ts';
import { VERDICTS } from '#shared/domain/registry/verdict.ts';
import { verdictsPage } from '../../infra/verdicts/page.ts';

const page = (name: string): string => readFileSync(path.resolve(import.meta.dirname, '../../docs', name), 'utf8');

const formats = page('registry-formats.md');

/** The example that is marked so. */
const example = (mark: string): string => formats.split(`\n\`\`\`${mark}\n`)[1]?.split('```')[0] ?? '';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the page of verdicts', () => {
  it('is what the table says: after a change, run npm run verdicts', () => {
    expect(page('verdicts.md')).toBe(verdictsPage());
  });

  it.each(Object.keys(VERDICTS))('has %s exactly once', (code) => {
    expect(verdictsPage().split(`\n| \`${code}\` |`)).toHaveLength(2);
  });
});

describe('the examples of the formats', () => {
  const id = { developer: 'acme', name: 'hello', version: '1.0.0' };
  const release = readRelease(id, example('release'));
  const reading = readDeveloper(JSON.parse(example('developer')));
  const signature = parseSignature(encode(example('signature')));
  if (!release || !reading.ok || !signature.ok) throw new Error('an example cannot be read');

  const check = (size: number) =>
    checkSignature(
      signature.value,
      { ...release, size },
      {
        keys: reading.developer.keys,
        uploadedAt: release.publishedAt,
        verify: nodeCodec().verifyEd25519,
      },
    );

  it('show a release as it is written', () => {
    expect(releaseText(release)).toBe(example('release'));
    expect(release.signature).toEqual(signature.value);
  });

  it('show the statement that is signed, byte by byte', () => {
    expect(example('statement')).toBe(new TextDecoder().decode(statement(release)));
  });

  it('show a signature that is good, and not for another size', () => {
    expect(check(release.size).ok).toBe(true);
    expect(check(release.size + 1).ok).toBe(false);
  });

  it('show the same public key twice', () => {
    expect(reading.developer.keys.map(({ publicKey }) => publicKey)).toEqual([example('public-key').trim()]);
  });
});
