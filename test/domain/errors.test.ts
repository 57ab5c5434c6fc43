import { describe, expect, it } from 'vitest';
import { Refusal } from '#shared/domain/errors.ts';

describe('a refusal', () => {
  it('carries what the caller may know', () => {
    const refusal = new Refusal('failing', 'api failed to start', { retryAfterMs: 60_000 });
    expect(refusal).toBeInstanceOf(Error);
    expect(refusal).toMatchObject({
      name: 'Refusal',
      code: 'failing',
      message: 'api failed to start',
      details: { retryAfterMs: 60_000 },
    });
  });

  it('may have no details', () => {
    expect(new Refusal('held', 'held').details).toEqual({});
  });
});
