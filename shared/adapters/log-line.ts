import type { Fields } from '#shared/ports/telemetry.ts';

/** What one line may hold at most: CloudWatch Logs takes 256 KB, and nobody reads a tenth of it. */
const LINE_CHARS = 60_000;
const TEXT_CHARS = 4_000;
const ENTRIES = 100;
const DEPTH = 6;

const cut = (text: string): string => (text.length <= TEXT_CHARS ? text : `${text.slice(0, TEXT_CHARS)}…`);

/** A value with what it is in, so that a circle is seen. */
type Within = readonly object[];

const property = (value: object, name: string): unknown => {
  try {
    return (value as Fields)[name];
  } catch {
    return '[unreadable]';
  }
};

const entries = (value: object, names: readonly string[], within: Within): Fields =>
  Object.fromEntries(names.slice(0, ENTRIES).map((name) => [cut(name), plain(property(value, name), within)]));

/** Nothing of an error but what it says of itself: the SDK's carry whole requests and answers. */
const ERROR_PARTS = ['name', 'message', 'code', 'stack', 'cause', 'errors'];

/** What is told in a word. */
const word = (value: object): string | undefined => {
  // Bytes are somebody's content.
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  return undefined;
};

const plainObject = (value: object, within: Within): unknown => {
  if (within.includes(value)) return '[circular]';
  if (within.length >= DEPTH) return '[deep]';
  const inside = [...within, value];
  if (value instanceof Error) return entries(value, ERROR_PARTS, inside);
  if (value instanceof Map || value instanceof Set) return plain([...value], within);
  if (Array.isArray(value)) return value.slice(0, ENTRIES).map((each) => plain(each, inside));
  return entries(value, Object.keys(value), inside);
};

const plain = (value: unknown, within: Within): unknown => {
  if (typeof value === 'string') return cut(value);
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  return typeof value === 'object' && value !== null ? (word(value) ?? plainObject(value, within)) : value;
};

/** Whatever it is, as JSON can say it and short enough to read: circles are broken and endless texts cut. Never throws. */
export const sayable = (value: unknown): unknown => {
  try {
    return plain(value, []);
  } catch {
    return '[unreadable]';
  }
};

/** One line of JSON; never throws. `head` is ours, small, comes first and wins over fields of the same name. */
export const logLine = (head: Fields, fields: Fields): string => {
  const shown = sayable(fields);
  const whole = JSON.stringify({ ...head, ...(shown as Fields), ...head });
  if (whole.length <= LINE_CHARS) return whole;
  return JSON.stringify({ ...head, isCut: true, fields: JSON.stringify(shown).slice(0, LINE_CHARS / 4) });
};
