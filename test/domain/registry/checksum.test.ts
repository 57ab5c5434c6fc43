import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksumText, isSha256, parseChecksum } from '#shared/domain/registry/checksum.ts';

const sha256 = createHash('sha256').update('weather').digest('hex');
const upper = sha256.toUpperCase();

const parse = (text: string | Uint8Array) => parseChecksum(typeof text === 'string' ? Buffer.from(text) : text);

describe('a checksum file', () => {
  it.each([
    ['the digits alone', sha256],
    ['with the end of the line', `${sha256}\n`],
    ['as Windows ends lines', `${sha256}\r\n`],
    ['with empty space after it', `${sha256} \t\n\n`],
    ['in capitals', upper],
    ['in capitals and small letters', `${upper.slice(0, 32)}${sha256.slice(32)}`],
    ['as sha256sum writes it', `${sha256}  weather.apkg\n`],
    ['as sha256sum writes it of a binary file', `${sha256} *weather.apkg\r\n`],
    ['with a path that is not there any more', `${sha256}  /home/me/dist/my weather.apkg\n`],
    ['with the name of another file, which is not looked at', `${sha256}  other.apkg\n`],
    ['after a byte order mark', `\ufeff${sha256}\n`],
    ['as the registry writes it', checksumText(sha256)],
    ['with a name up to the limit', `${sha256}  ${'a'.repeat(1024 - 66)}`],
  ])('holds a SHA-256: %s', (_, text) => {
    expect(parse(text)).toEqual({ ok: true, value: sha256 });
  });

  it.each([
    ['', 'it is empty'],
    ['\n', 'it is empty'],
    [`${sha256}\n${sha256}\n`, 'it has more than one line'],
    [`${sha256}  a.apkg\n${upper}  b.apkg\n`, 'it has more than one line'],
    [`\n${sha256}`, 'it has more than one line'],
    [`${sha256}\rx`, 'it has more than one line'],
    [sha256.slice(1), 'it does not begin with 64 hexadecimal digits'],
    [`${sha256}0`, 'it does not begin with 64 hexadecimal digits'],
    [`${sha256.slice(1)}g`, 'it does not begin with 64 hexadecimal digits'],
    [` ${sha256}`, 'it does not begin with 64 hexadecimal digits'],
    [`sha256:${sha256}`, 'it does not begin with 64 hexadecimal digits'],
    [`SHA256 (weather.apkg) = ${sha256}`, 'it does not begin with 64 hexadecimal digits'],
    [`\\${sha256}  a\\nb.apkg`, 'it does not begin with 64 hexadecimal digits'],
    [`\ufeff\ufeff${sha256}`, 'it does not begin with 64 hexadecimal digits'],
    [`${sha256} weather.apkg`, 'what follows the digits is not a file’s name after two spaces'],
    [`${sha256}\tweather.apkg`, 'what follows the digits is not a file’s name after two spaces'],
    [`${sha256} *`, 'what follows the digits is not a file’s name after two spaces'],
    [`${sha256}  ${'a'.repeat(1024 - 65)}`, 'it is longer than 1024 bytes'],
    [`${sha256}${'\n'.repeat(1024)}`, 'it is longer than 1024 bytes'],
  ])('does not hold one: %j', (text, problem) => {
    expect(parse(text)).toEqual({ ok: false, fault: { code: 'CHECKSUM_MALFORMED', details: { problem } } });
  });

  it('is not read as UTF-16, which some shells write', () => {
    expect(parse(Buffer.from(`\ufeff${sha256}\n`, 'utf16le'))).toMatchObject({ ok: false });
  });

  it('is read or refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const parsed = parseChecksum(bytes);
        expect(parsed.ok ? isSha256(parsed.value) : parsed.fault.code).toBe(parsed.ok ? true : 'CHECKSUM_MALFORMED');
      }),
    );
  });

  it('is kept in one form', () => {
    expect(checksumText(sha256)).toBe(`${sha256}  package.apkg\n`);
    expect(isSha256(sha256)).toBe(true);
    for (const text of [upper, `${sha256}\n`, `0${sha256}`, sha256.slice(1), '']) expect(isSha256(text)).toBe(false);
  });
});
