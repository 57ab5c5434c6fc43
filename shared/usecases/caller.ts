import type { Caller, Grant } from '#shared/domain/caller.ts';
import { Refusal } from '#shared/domain/errors.ts';
import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Documents } from '#shared/usecases/documents.ts';

export type { Caller, Grant };

/** The control plane itself, when nobody asked. */
export const NIGHTPORTER: Caller = {
  subject: 'nightporter',
  source: 'nightporter',
  grant: { force: true, hold: true },
};

const REMEMBERED_MS = 30_000;

/** Reads `grants/{subject}.json`; no document is the plain grant. Remembered for half a minute. */
export const grants = ({ docs, clock }: { readonly docs: Documents; readonly clock: Clock }) => {
  const remembered = new Map<string, { readonly grant: Grant; readonly at: number }>();
  return async (subject: string): Promise<Grant> => {
    const known = remembered.get(subject);
    if (known && clock.now() < known.at + REMEMBERED_MS) return known.grant;
    const grant = (await docs.read<Grant>(controlKeys.grant(subject)))?.value ?? {};
    remembered.set(subject, { grant, at: clock.now() });
    return grant;
  };
};

export const requireService = ({ grant }: Caller, service: string): void => {
  if (grant.services && !grant.services.includes(service)) {
    throw new Refusal('forbidden', `this key has no grant for ${service}`, { field: 'service' });
  }
};

export const requireGrant = (caller: Caller, need: 'force' | 'hold' | 'registry'): void => {
  if (caller.grant[need] !== true) throw new Refusal('forbidden', `this key has no grant to ${need}`, { field: need });
};
