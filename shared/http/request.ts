import type { Caller } from '#shared/domain/caller.ts';
import { defaultHolder } from '#shared/domain/lifecycle/lease.ts';

/** A request, whoever carried it here: API Gateway or a socket. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** The values of the path template's names, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** As pairs, decoded: a name that comes twice is seen twice. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Raw text; empty when there is none. */
  readonly body: string;
  readonly contentType: string | null;
  /** What the caller would like to have, as it was sent. */
  readonly accept: string | null;
  readonly caller: Caller;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

/** An answer before it is put on a wire. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What becomes JSON; `undefined`: nothing. */
  readonly body: object | undefined;
}

export const JSON_TYPE = 'application/json';
export const PROBLEM_TYPE = 'application/problem+json';

/** A body, or none: its type is part of the answer. */
export const reply = (status: number, body?: object, headers: Readonly<Record<string, string>> = {}): HttpReply => ({
  status,
  headers: { ...(body && { 'content-type': JSON_TYPE }), ...headers },
  body,
});

/** Whether the caller asks for JSON by name. Who takes anything is not asking for it. */
export const asksForJson = ({ accept }: HttpRequest): boolean =>
  (accept ?? '').split(',').some((range) => range.split(';', 1)[0]?.trim().toLowerCase() === JSON_TYPE);

/** Who is meant to hold the service: the name given, else the caller itself. */
export const holderOf = (named: string | undefined, { subject, source }: Caller): string =>
  named ?? defaultHolder(subject, source);
