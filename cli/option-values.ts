import { InvalidArgumentError } from 'commander';
import { formatDuration, parseDuration } from '#shared/domain/idle/duration.ts';

/** Readers of what stands on the command line; what they refuse is the caller's to mend. */

export const duration =
  (leastMs: number, mostMs: number) =>
  (text: string): number => {
    const durationMs = parseDuration(text);
    if (durationMs !== undefined && durationMs >= leastMs && durationMs <= mostMs) return durationMs;
    const range = `${formatDuration(leastMs)} to ${formatDuration(mostMs)}`;
    throw new InvalidArgumentError(`It must be a duration from ${range}, such as 90s, 10m or 2h.`);
  };

export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    if (/^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };

export const matching =
  (pattern: RegExp, expected: string) =>
  (text: string): string => {
    if (pattern.test(text)) return text;
    throw new InvalidArgumentError(`It must be ${expected}.`);
  };

export const notEmpty = matching(/./, 'something');
