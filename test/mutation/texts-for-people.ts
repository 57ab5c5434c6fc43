/** A node of the syntax tree, as far as it is looked at. */
interface Path {
  readonly node: {
    readonly type: string;
    readonly value?: unknown;
    readonly quasis?: readonly { readonly value: { readonly raw: string } }[];
  };
}

const REASON = 'Words for people: a test of them would be a copy of them.';

const textOf = ({ node: { type, value, quasis = [] } }: Path): string => {
  if (type === 'StringLiteral') return String(value);
  return type === 'TemplateLiteral' ? quasis.map((quasi) => quasi.value.raw).join('') : '';
};

/** Texts with a blank between two words are for people, and may be worded otherwise. */
export const shouldIgnore = (path: Path): string | undefined => (/\w,? \S/.test(textOf(path)) ? REASON : undefined);

export const strykerPlugins = [{ kind: 'Ignore', name: 'texts-for-people', value: { shouldIgnore } }];
