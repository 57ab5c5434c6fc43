import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fill } from '#shared/domain/registry/verdict-words.ts';
import { toVerdict, VERDICTS, type Details, type VerdictCode } from '#shared/domain/registry/verdict.ts';

const at = Date.UTC(2026, 10, 20, 10);
const upload = { key: 'uploads/acme/weather.apkg', versionId: 'v1', sha256: null, size: null };

const codes = Object.keys(VERDICTS) as VerdictCode[];

const FULL: Details = {
  entry: 'src/main.py',
  field: 'metadata.version',
  limit: 1,
  actual: 'this',
  expected: 'that',
  line: 3,
  offset: 42,
  problem: 'something',
};

const sentence = /^[A-Z].*[.]$/s;

describe('a verdict', () => {
  it('says everything about an upload', () => {
    const verdict = toVerdict(
      {
        code: 'VERSION_EXISTS',
        details: { actual: 'bb', expected: 'aa' },
        upload: { ...upload, sha256: 'bb', size: 7 },
        release: { developer: 'acme', name: 'weather', version: '1.4.2' },
      },
      at,
    );
    expect(verdict).toEqual({
      verdict: 'rejected',
      code: 'VERSION_EXISTS',
      message: 'This version is published already, with other bytes: it has aa, and this upload has bb.',
      fix: 'Raise the version. A version is never used again, not even after it was yanked.',
      details: { actual: 'bb', expected: 'aa' },
      warnings: [],
      upload: { key: 'uploads/acme/weather.apkg', versionId: 'v1', sha256: 'bb', size: 7 },
      package: { developer: 'acme', name: 'weather', version: '1.4.2' },
      validator: '1',
      at: '2026-11-20T10:00:00.000Z',
    });
  });

  it('has no package as long as none is known, and no details where there are none', () => {
    expect(toVerdict({ code: 'EMPTY', upload }, at)).toMatchObject({ package: null, details: {} });
  });

  it('leaves out what is not known', () => {
    const message = (details: Details) => toVerdict({ code: 'TOO_LARGE', details, upload }, at).message;
    expect(message({})).toBe('The upload is too large.');
    expect(message({ actual: 5 })).toBe('The upload is too large: 5 bytes.');
    expect(message({ actual: 5, limit: 4 })).toBe('The upload is too large: 5 bytes, where 4 are allowed.');
    expect(message({ actual: 0 })).toBe('The upload is too large: 0 bytes.');
  });

  it('never reads what an uploader wrote as a template', () => {
    const { message } = toVerdict({ code: 'ENCRYPTED', details: { entry: '[{actual}]$&{entry}' }, upload }, at);
    expect(message).toBe('An entry is encrypted: [{actual}]$&{entry}.');
  });

  it('shows nothing that moves a cursor, turns the line or breaks it', () => {
    const entry = 'a\u001b[2J\u202egnp.\n\u2028\ud800\u0000é漢';
    const verdict = toVerdict({ code: 'ENCRYPTED', details: { entry }, warnings: [entry], upload }, at);
    const safe = 'a\\u{1b}[2J\\u{202e}gnp.\\u{a}\\u{2028}\\u{d800}\\u{0}é漢';
    expect(verdict.details.entry).toBe(safe);
    expect(verdict.message).toBe(`An entry is encrypted: ${safe}.`);
    expect(verdict.warnings).toEqual([safe]);
  });

  it('cuts what is long, however it is written', () => {
    const shown = (entry: string) => toVerdict({ code: 'CRC', details: { entry }, upload }, at).details.entry;
    expect(shown('a'.repeat(256))).toBe('a'.repeat(256));
    expect(shown('a'.repeat(257))).toBe(`${'a'.repeat(256)}…`);
    // In the middle of a character.
    expect(shown(`${'a'.repeat(255)}😀`)).toBe(`${'a'.repeat(255)}\\u{d83d}…`);
  });

  it('is small and well-formed for any details', () => {
    const unit = fc.constantFrom(
      'a',
      '.',
      '{',
      '}',
      '[',
      ']',
      '$',
      '\\',
      'é',
      '😀',
      '\n',
      '\0',
      '\u001b',
      '\u202e',
      '\ud800',
    );
    const text = fc.string({ unit, size: '+1' });
    const details = fc.record({ entry: text, actual: text });
    fc.assert(
      fc.property(fc.constantFrom(...codes), details, (code, given) => {
        const json = JSON.stringify(toVerdict({ code, details: given, upload }, at));
        expect(json.length).toBeLessThan(20_000);
        expect(json).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
      }),
    );
  });
});

describe('the table of verdicts', () => {
  it.each(codes)('has whole sentences, with and without details: %s', (code) => {
    for (const details of [{}, FULL]) {
      const { message, fix } = toVerdict({ code, details, upload }, at);
      for (const text of [message, fix]) {
        expect(text).toMatch(sentence);
        expect(text).not.toMatch(/[[\]{}]/);
        expect(text).not.toMatch(/ {2}|\.\.$|undefined| [,:]/);
      }
    }
  });

  it.each(codes)('asks only for details that there are: %s', (code) => {
    const { message, fix } = VERDICTS[code];
    const asked = [...`${message}${fix}`.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const name of asked) expect(Object.keys(FULL)).toContain(name);
  });

  it.each(codes)('keeps what may be missing within brackets: %s', (code) => {
    const { message, fix } = VERDICTS[code];
    for (const text of [message, fix]) expect(text.replaceAll(/\[[^\]]*\]/g, '')).not.toMatch(/[[\]{}]/);
  });

  it('is this', () => {
    const of = (verdict: string) => codes.filter((code) => VERDICTS[code].verdict === verdict);
    expect(of('accepted')).toEqual(['PUBLISHED', 'ALREADY_PUBLISHED']);
    expect(of('waiting')).toEqual(['CHECKSUM_PENDING', 'SIGNATURE_PENDING', 'PUBLISHING']);
    expect(of('superseded')).toEqual(['SUPERSEDED']);
    expect(of('rejected')).toHaveLength(codes.length - 6);
    expect(codes).toMatchInlineSnapshot(`
      [
        "PUBLISHED",
        "ALREADY_PUBLISHED",
        "CHECKSUM_PENDING",
        "SIGNATURE_PENDING",
        "PUBLISHING",
        "SUPERSEDED",
        "KEY_INVALID",
        "DEVELOPER_UNKNOWN",
        "PRINCIPAL_MISMATCH",
        "EMPTY",
        "TOO_LARGE",
        "CHECKSUM_MISSING",
        "CHECKSUM_MALFORMED",
        "CHECKSUM_MISMATCH",
        "CHECKSUM_ORPHAN",
        "SIGNATURE_REQUIRED",
        "SIGNATURE_MALFORMED",
        "SIGNATURE_UNKNOWN_KEY",
        "SIGNATURE_INVALID",
        "SIGNATURE_KEY_EXPIRED",
        "SIGNATURE_LATE",
        "NOT_ZIP",
        "TRAILING_OR_COMMENT",
        "PREFIX_DATA",
        "ZIP64",
        "MULTI_DISK",
        "CD_INCONSISTENT",
        "GAP_OR_OVERLAP",
        "HEADER_MISMATCH",
        "DATA_DESCRIPTOR",
        "ENCRYPTED",
        "METHOD",
        "FLAGS",
        "EXTRA_FIELD",
        "NAME_INVALID",
        "PATH_TRAVERSAL",
        "DUPLICATE",
        "CASE_COLLISION",
        "FILE_DIR_CONFLICT",
        "SPECIAL_FILE",
        "TOO_MANY_ENTRIES",
        "UNPACKED_TOO_LARGE",
        "RATIO",
        "CRC",
        "INFLATE",
        "SIZE",
        "MANIFEST_MISSING",
        "MANIFEST_CASE",
        "MANIFEST_TOO_LARGE",
        "YAML_INVALID",
        "YAML_AMBIGUOUS",
        "FIELD_INVALID",
        "NAME_RESERVED",
        "VERSION_INVALID",
        "VERSION_FIELDS_DISAGREE",
        "METADATA_MISMATCH",
        "SECRETS_FOUND",
        "VERSION_EXISTS",
      ]
    `);
  });
});

describe('a text of the table', () => {
  it('leaves out what is in brackets when one of its details is not known', () => {
    expect(fill('It is[ {actual} of {limit}].', { actual: 1 })).toBe('It is.');
    expect(fill('It is[ {actual} of {limit}].', { actual: 1, limit: 2 })).toBe('It is 1 of 2.');
    expect(fill('It is[ {actual}][ of {limit}].', { limit: 2 })).toBe('It is of 2.');
  });

  it('is filled in both of its halves', () => {
    const { fix } = toVerdict({ code: 'CHECKSUM_PENDING', details: { expected: 'a/b.sha256' }, upload }, at);
    expect(fix).toContain('a/b.sha256');
  });
});
