/** Every way in which a well-behaved system says no. Closed: the table that maps it to HTTP is exhaustive. */
export type RefusalCode =
  | 'invalid-input'
  | 'unauthorized'
  | 'forbidden'
  | 'service-not-found'
  | 'package-not-found'
  | 'route-not-found'
  | 'method-not-allowed'
  | 'service-asleep'
  | 'held'
  | 'failing'
  | 'body-too-large'
  | 'unsupported-media-type'
  | 'throttled';

export interface RefusalDetails {
  /** The input that was wrong, as the caller knows it. */
  readonly field?: string;
  /** When trying again may help. */
  readonly retryAfterMs?: number;
}

/**
 * An expected refusal: the caller's to mend, and shown to them as it is, so it never carries internals.
 * Everything else that is thrown is a bug or an outage and surfaces as one.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly details: RefusalDetails;

  constructor(code: RefusalCode, message: string, details: RefusalDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}
