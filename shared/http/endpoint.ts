import type { RefusalCode } from '#shared/domain/errors.ts';
import { bodyValues, queryValues, readFields, type Fields, type Values } from '#shared/http/read-input.ts';
import type { HttpReply, HttpRequest } from '#shared/http/request.ts';

/** What a reply can be. */
export type SchemaName =
  | 'Service'
  | 'ServicePage'
  | 'Decision'
  | 'History'
  | 'Package'
  | 'PackagePage'
  | 'Release'
  | 'Download'
  | 'UploadTickets'
  | 'Verdict'
  | 'OpenApi';

/** One way in which a call is answered when it is not refused. */
export interface ReplyDescription {
  readonly description: string;
  /** By name: what a reply looks like only the document needs to know, and a function loads quicker without. */
  readonly schema?: SchemaName;
}

/** The answers of all calls that show a service. */
export const showsService = (description: string) => ({ description, schema: 'Service' }) as const;

/** What an address is, for the server and for the OpenAPI document. */
export interface Route {
  readonly operationId: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** `/services/{service}` */
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly params?: Fields;
  readonly query?: Fields;
  /** Absent: the call takes no body. */
  readonly body?: Fields;
  /** For clients that were there before: fields that nobody knows are passed over. */
  readonly ignoresUnknownFields?: boolean;
  readonly needsNoKey?: boolean;
  readonly replies: Readonly<Record<number, ReplyDescription>>;
  /** Besides those that every call knows. */
  readonly refusals: readonly RefusalCode[];
}

/** An address together with what it does. Whatever it throws is for the caller of `handle` to answer. */
export interface Endpoint extends Route {
  readonly handle: (request: HttpRequest) => Promise<HttpReply>;
}

type ValuesAt<R, Part extends 'params' | 'query' | 'body'> =
  R extends Readonly<Record<Part, infer F extends Fields>> ? Values<F> : unknown;

/** The names of a call's values never collide, so they come as one. */
export type Input<R extends Route> = ValuesAt<R, 'params'> & ValuesAt<R, 'query'> & ValuesAt<R, 'body'>;

/** Parse, call, format: the order in which every request is served. `run` does the last two. */
export const endpoint = <R extends Route>(
  route: R,
  run: (input: Input<R>, request: HttpRequest) => Promise<HttpReply>,
): Endpoint => ({
  ...route,
  handle: async (request) => {
    const body = bodyValues(request);
    const input = {
      ...readFields(route.params ?? {}, { what: 'field', values: request.params }),
      ...readFields(route.query ?? {}, { what: 'query parameter', values: queryValues(request) }),
      ...readFields(route.body ?? {}, {
        what: 'field',
        values: body,
        ignoresUnknown: route.ignoresUnknownFields ?? false,
      }),
    };
    return run(input as Input<R>, request);
  },
});
