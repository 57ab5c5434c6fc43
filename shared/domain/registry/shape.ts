/** Judging documents that were read from a bucket: they may be of another edition, or anybody's. */

export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isText = (value: unknown): value is string => typeof value === 'string';

/** A count: nothing below `least`, and exact. */
export const isCount = (value: unknown, least = 0): value is number =>
  Number.isSafeInteger(value) && Number(value) >= least;

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/;

/** An instant in UTC as documents have it. `undefined` for anything else, the 31st of February too. */
export const readInstant = (value: unknown): number | undefined => {
  if (!isText(value) || !INSTANT.test(value)) return undefined;
  const at = Date.parse(value);
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 19) === value.slice(0, 19) ? at : undefined;
};

export const instant = (at: number): string => new Date(at).toISOString();

/** The value that a JSON text stands for; `undefined` when it is none. */
export const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
