import { passed, refused } from './checked.ts';
import type { Checked } from './verdict.ts';

/** No checksum file is longer. Longer ones need not be read. */
export const LONGEST_CHECKSUM = 1024;

/** As checksums are kept: 64 small hexadecimal digits. */
export const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

/** One line: the digits alone, or with a name as sha256sum writes it. The name is not looked at: it may be a path. */
const LINE = /^([0-9A-Fa-f]{64})(?: [ *][^\r\n]+)?$/;

const malformed = (problem: string): Checked<string> => refused('CHECKSUM_MALFORMED', { problem });

const problemOf = (text: string): string => {
  if (text === '') return 'it is empty';
  if (/[\r\n]/.test(text)) return 'it has more than one line';
  if (!/^[0-9A-Fa-f]{64}(?![0-9A-Fa-f])/.test(text)) return 'it does not begin with 64 hexadecimal digits';
  return 'what follows the digits is not a file’s name after two spaces';
};

/** The SHA-256 that a checksum file holds. */
export const parseChecksum = (bytes: Uint8Array): Checked<string> => {
  if (bytes.length > LONGEST_CHECKSUM) return malformed(`it is longer than ${LONGEST_CHECKSUM} bytes`);
  // The decoder drops a byte order mark: editors add one, and it changes nothing.
  const text = new TextDecoder().decode(bytes).replace(/[ \t\r\n]+$/, '');
  const digits = LINE.exec(text)?.[1];
  return digits === undefined ? malformed(problemOf(text)) : passed(digits.toLowerCase());
};

/** The checksum file as the registry writes it. */
export const checksumText = (sha256: string): string => `${sha256}  package.apkg\n`;
