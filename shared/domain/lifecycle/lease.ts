import { CLOCK_SKEW_MS } from '#shared/domain/lifecycle/timing.ts';

/** Who keeps a service awake. Holder names live under their subject: nobody can end another subject's lease. */
export interface Holder {
  /** Who called: an API key's id, or a role or user. */
  readonly subject: string;
  readonly holder: string;
}

/** The durable evidence that somebody wants the service. */
export interface Lease extends Holder {
  readonly service: string;
  /** The record's generation when it was taken; dead once the record voided that generation. */
  readonly generation: number;
  readonly expiresAt: number;
}

const HOLDER_LENGTH = 64;

/** Names that callers may give themselves. */
export const HOLDER_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

export type LeaseStanding = 'live' | 'expired' | 'void';

/** `expired` leases of this generation still tell that their owner never said goodbye; `void` ones tell nothing. */
export const standing = (lease: Lease, voided: number, now: number): LeaseStanding => {
  if (lease.generation < voided) return 'void';
  return now < lease.expiresAt + CLOCK_SKEW_MS ? 'live' : 'expired';
};

/** The holder of a caller who names none: two agents on one key are told apart by their address. */
export const defaultHolder = (subject: string, sourceAddress: string): string =>
  `${subject}@${sourceAddress}`
    .replaceAll(/[^A-Za-z0-9._@-]/g, '-')
    // The end tells callers apart; a name must begin with a letter or digit.
    .slice(-HOLDER_LENGTH)
    .replace(/^[^A-Za-z0-9]+/, '');
