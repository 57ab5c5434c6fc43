import { byText } from './text-order.ts';

/** Strict semantic versions without build metadata: two texts are the same version only if they are the same text. */
const NUMBER = '(?:0|[1-9][0-9]*)';
const IDENTIFIER = `(?:${NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)`;
export const VERSION_PATTERN = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-${IDENTIFIER}(?:\\.${IDENTIFIER})*)?$`,
);
export const VERSION_LENGTH = 64;

export const isVersion = (text: string): boolean => text.length <= VERSION_LENGTH && VERSION_PATTERN.test(text);

export const isPrerelease = (version: string): boolean => version.includes('-');

const isNumber = (identifier: string): boolean => /^[0-9]+$/.test(identifier);

/** Numbers of any length, which have no leading zeros: the longer one is the greater. */
const byNumber = (a: string, b: string): number => a.length - b.length || byText(a, b);

/** A number is lower than a word. */
const byIdentifier = (a: string, b: string): number => {
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? -1 : 1;
  return isNumber(a) ? byNumber(a, b) : byText(a, b);
};

/** The first difference decides, and then the length. */
const byEach = (a: readonly string[], b: readonly string[]): number => {
  for (const [index, identifier] of a.entries()) {
    const other = b[index];
    const order = other === undefined ? 1 : byIdentifier(identifier, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
};

const split = (version: string): readonly [core: string, prerelease: string] => {
  const at = version.indexOf('-');
  return at < 0 ? [version, ''] : [version.slice(0, at), version.slice(at + 1)];
};

/** Below zero: `a` precedes `b`. Zero only for the same text. */
export const compareVersions = (a: string, b: string): number => {
  const [core, prerelease] = split(a);
  const [otherCore, otherPrerelease] = split(b);
  const order = byEach(core.split('.'), otherCore.split('.'));
  if (order !== 0) return order;
  // What leads up to a release comes before it.
  if (prerelease === '' || otherPrerelease === '') return Number(prerelease === '') - Number(otherPrerelease === '');
  return byEach(prerelease.split('.'), otherPrerelease.split('.'));
};

/** The version to take when none is asked for: the highest that is not yanked, a stable one before any prerelease. */
export const latestVersion = (
  versions: readonly { readonly version: string; readonly yanked: boolean }[],
): string | undefined => {
  const offered = versions.filter(({ yanked }) => !yanked).map(({ version }) => version);
  const stable = offered.filter((version) => !isPrerelease(version));
  return (stable.length > 0 ? stable : offered).toSorted(compareVersions).at(-1);
};
