/**
 * What the uploader is told: what is wrong, and how to mend it. `{name}` stands for a detail of the verdict, and
 * always within brackets: what is in brackets is left out when the detail is not there.
 */
export interface Words {
  readonly message: string;
  readonly fix: string;
}

type Values = Readonly<Record<string, string | number | undefined>>;

const LONGEST = 256;
const UNSHOWN = /[\p{C}\p{Zl}\p{Zp}]/gu;

const escaped = (char: string): string => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;

/** An uploader's text as it can be shown and kept: nothing that moves a cursor or turns the line, and not at length. */
export const shown = (text: string): string => {
  const safe = text.slice(0, LONGEST).replace(UNSHOWN, escaped);
  return text.length > LONGEST ? `${safe}…` : safe;
};

/** Fills a text of the table. What is filled in is never read as a template again. */
export const fill = (template: string, values: Values): string => {
  const filled = (part: string): string => part.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
  const isKnown = (part: string): boolean =>
    [...part.matchAll(/\{(\w+)\}/g)].every(([, name = '']) => values[name] !== undefined);
  return template.replace(/\[([^\]]*)\]/g, (_, part: string) => (isKnown(part) ? filled(part) : ''));
};
