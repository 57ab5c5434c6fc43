const longestKeyBytes = 1024;
const longestNameBytes = 255;

/** What S3 would take as a key: 1 to 1024 bytes of UTF-8. */
export const isKey = (key: string): boolean => {
  const bytes = Buffer.byteLength(key);
  return key.isWellFormed() && bytes >= 1 && bytes <= longestKeyBytes;
};

/** The order of keys: by their bytes in UTF-8, which is not the order of JavaScript strings. */
export const compareKeys = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/**
 * The file name of one segment of a key. Upper case is escaped so that keys differing only in case stay apart
 * on file systems that do not tell; a leading dot, so that names with one are the store's own, and `..` cannot be.
 */
export const encodeSegment = (segment: string): string => {
  if (segment === '') return '%';
  return [...Buffer.from(segment)].map((byte, index) => encodeByte(byte, index === 0)).join('');
};

const encodeByte = (byte: number, isFirst: boolean): string => {
  const character = String.fromCharCode(byte);
  const isPlain = /[a-z0-9._@=,+~ -]/.test(character) && !(isFirst && character === '.');
  return isPlain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
};

/**
 * The segment that a file name stands for. A name that the store would not have given, because somebody else put the
 * file there, stands for itself; a name with a leading dot for nothing.
 */
export const decodeName = (name: string): string | undefined => {
  if (name.startsWith('.')) return undefined;
  const segment = name === '%' ? '' : unescape(name);
  return encodeSegment(segment) === name && !segment.includes('/') ? segment : name;
};

const unescape = (name: string): string =>
  Buffer.from(
    name.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  ).toString();

/** The names a segment may have in its folder, the one that counts first: the store's own, then as somebody typed it. */
export const spellings = (segment: string): readonly string[] => {
  const canonical = encodeSegment(segment);
  const typed = segment !== canonical && decodeName(segment) === segment ? [segment] : [];
  return Buffer.byteLength(canonical) > longestNameBytes ? typed : [canonical, ...typed];
};

/** The path, relative to the bucket, at which the store creates a key. */
export const canonicalPath = (key: string): string => {
  const names = key.split('/').map(encodeSegment);
  if (names.some((name) => name.length > longestNameBytes))
    throw new Error(`a folder cannot keep the key ${key}: a part of it is longer than a file name may be`);
  return names.join('/');
};
