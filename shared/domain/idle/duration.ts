const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90s`, `10m`, `2h`, `1d` in milliseconds; `undefined` for anything else. */
export const parseDuration = (text: string): number | undefined => {
  const match = /^(\d{1,7})([smhd])$/.exec(text);
  return match ? Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS] : undefined;
};

/** The same, for people: the largest unit that leaves no remainder, else seconds rounded up. */
export const formatDuration = (durationMs: number): string => {
  const seconds = Math.ceil(durationMs / 1_000);
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
  ] as const;
  const unit = units.find(([, size]) => seconds > 0 && seconds % size === 0);
  return unit ? `${seconds / unit[1]}${unit[0]}` : `${seconds}s`;
};
