import type { Checked, Details, RejectionCode } from './verdict.ts';

export const passed = <T>(value: T): Checked<T> => ({ ok: true, value });

export const refused = (code: RejectionCode, details?: Details): Checked<never> => ({
  ok: false,
  fault: details ? { code, details } : { code },
});
