import type * as z from 'zod/mini';
import { describe, expectTypeOf, it } from 'vitest';
import type * as explanations from '../../client/explanations.ts';
import type * as client from '../../client/replies.ts';
import type * as packages from '#shared/http/package-schema.ts';
import type * as services from '#shared/http/service-schema.ts';

/** As a caller sees it: nothing can be changed, down to the last list. */
type Frozen<T> = T extends (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Name in keyof T]: Frozen<T[Name]> }
    : T;

type Sent<Schema extends z.ZodMiniType> = Frozen<z.infer<Schema>>;

describe('what the client says of an answer', () => {
  it('is what the server sends, field by field: the compiler compares them', () => {
    expectTypeOf<client.Service>().toEqualTypeOf<Sent<typeof services.serviceSchema>>();
    expectTypeOf<explanations.History>().toEqualTypeOf<Sent<typeof services.historySchema>>();
    expectTypeOf<explanations.Decision>().toEqualTypeOf<Sent<typeof services.decisionSchema>>();
    expectTypeOf<client.Package>().toEqualTypeOf<Sent<typeof packages.packageSchema>>();
    expectTypeOf<client.Release>().toEqualTypeOf<Sent<typeof packages.releaseSchema>>();
    expectTypeOf<client.Download>().toEqualTypeOf<Sent<typeof packages.downloadSchema>>();
    expectTypeOf<client.Verdict>().toEqualTypeOf<Sent<typeof packages.verdictSchema>>();
    expectTypeOf<client.UploadTickets>().toEqualTypeOf<Sent<typeof packages.uploadTicketsSchema>>();
  });
});
