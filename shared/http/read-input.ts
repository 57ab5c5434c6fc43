import * as z from 'zod/mini';
import { Refusal } from '#shared/domain/errors.ts';
import { JSON_TYPE, type HttpRequest } from '#shared/http/request.ts';

/** Schemas by field name; the text of their errors continues the sentence `<field> must be …`. */
export type Fields = Readonly<Record<string, z.ZodMiniType>>;
export type Values<F extends Fields> = { readonly [Name in keyof F]: z.output<F[Name]> };

/** Where a value was looked for, and what to do about what nobody asked for. */
interface Source {
  readonly what: 'field' | 'query parameter';
  readonly values: Readonly<Record<string, unknown>>;
  readonly ignoresUnknown?: boolean;
}

export const BODY_LIMIT_BYTES = 64 * 1024;

const invalid = (field: string, message: string): Refusal => new Refusal('invalid-input', message, { field });

/** A name from outside, fit to be repeated to the one who sent it. */
const shown = (name: string): string => JSON.stringify(name.slice(0, 64)).slice(1, -1);

/** Reads every field by its schema; refuses with the first that is wrong, by name. */
export const readFields = <F extends Fields>(
  fields: F,
  { what, values, ignoresUnknown = false }: Source,
): Values<F> => {
  const unknown = Object.keys(values).find((name) => !Object.hasOwn(fields, name));
  if (unknown !== undefined && !ignoresUnknown) throw invalid(shown(unknown), `unknown ${what} ${shown(unknown)}`);
  const read = Object.entries(fields).map(([name, schema]) => {
    const parsed = z.safeParse(schema, Object.hasOwn(values, name) ? values[name] : undefined);
    if (!parsed.success) throw invalid(name, `${name} must be ${parsed.error.issues[0]?.message ?? 'valid'}`);
    return [name, parsed.data] as const;
  });
  return Object.fromEntries(read) as Values<F>;
};

/** The query as an object that has no prototype: its names come from outside. */
export const queryValues = ({ query }: HttpRequest): Readonly<Record<string, string>> => {
  const values: Record<string, string> = Object.create(null);
  for (const [name, value] of query) {
    if (name in values) throw invalid(shown(name), `${shown(name)} must be given once`);
    values[name] = value;
  }
  return values;
};

const isJson = (contentType: string | null): boolean =>
  contentType?.split(';', 1)[0]?.trim().toLowerCase() === JSON_TYPE;

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    throw invalid('body', 'body must be valid JSON');
  }
};

/** Every body is an object whose fields may all be absent, so none at all is an empty one. */
export const bodyValues = ({ body, contentType }: HttpRequest): Readonly<Record<string, unknown>> => {
  if (body === '') return {};
  if (!isJson(contentType)) {
    throw new Refusal('unsupported-media-type', `content-type must be ${JSON_TYPE}`, { field: 'content-type' });
  }
  if (Buffer.byteLength(body) > BODY_LIMIT_BYTES) throw bodyTooLarge();
  const value = parse(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('body', 'body must be a JSON object');
  }
  return value as Record<string, unknown>;
};

export const bodyTooLarge = (limitBytes = BODY_LIMIT_BYTES): Refusal => {
  const limit = limitBytes % 1024 === 0 ? `${limitBytes / 1024} KiB` : `${limitBytes} bytes`;
  return new Refusal('body-too-large', `body must be at most ${limit}`, { field: 'body' });
};
