import { isMap, isScalar, LineCounter, parseDocument, visit, type Document, type Node, type Pair } from 'yaml';

export type Path = readonly (string | number)[];

/** A YAML text that can say where in it something stands. */
export interface YamlSource {
  /** Syntax errors, keys that come twice, names that cannot be; with one of them there is no value. */
  readonly errors: readonly { readonly line: number; readonly message: string }[];
  readonly value: unknown;
  /** The line of the field, or of the nearest thing around it that is there. */
  lineOf(path: Path): number;
  /** What stands there, shortened, for people. */
  valueAt(path: Path): string;
}

const SHOWN_LENGTH = 60;

export const parseYaml = (text: string): YamlSource => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const syntaxErrors = document.errors.map(({ code, pos, message }) => ({
    line: lines.linePos(pos[0]).line,
    message: code === 'DUPLICATE_KEY' ? `${wordAt(text, pos[0])} comes twice` : message,
  }));
  const errors = [
    ...syntaxErrors,
    ...nodeErrors(document).map(({ offset, message }) => ({ line: lines.linePos(offset).line, message })),
  ];
  const value = errors.length > 0 ? undefined : valueOf(document, errors);

  const offsetOf = (path: Path): number => {
    if (path.length === 0) return document.contents?.range?.[0] ?? 0;
    const parent = document.getIn(path.slice(0, -1), true);
    const key = isMap(parent) ? keyOf(parent.items, path.at(-1)) : (document.getIn(path, true) as Node | undefined);
    return key?.range?.[0] ?? offsetOf(path.slice(0, -1));
  };

  const valueAt = (path: Path): string => {
    const shown = document.hasIn(path) ? JSON.stringify(document.getIn(path) ?? null) : undefined;
    if (shown === undefined || (path.length === 0 && document.contents === null)) return 'nothing';
    return shown.length > SHOWN_LENGTH ? `${shown.slice(0, SHOWN_LENGTH)}…` : shown;
  };

  return {
    errors,
    value,
    lineOf: (path) => lines.linePos(offsetOf(path)).line,
    valueAt,
  };
};

const wordAt = (text: string, offset: number): string => /^[^\s:]*/.exec(text.slice(offset))?.[0] ?? '';

interface NodeError {
  readonly offset: number;
  readonly message: string;
}

/** What the syntax allows and no value can be made of. */
const nodeErrors = (document: Document): readonly NodeError[] => {
  const found: NodeError[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document)) return;
      const message = `Unresolved alias (the anchor must be set before the alias): ${alias.source}`;
      found.push({ offset: alias.range?.[0] ?? 0, message });
    },
    Pair: (_, { key }) => {
      // Objects take this name for something else, so an entry of it would get lost without a word.
      if (!isScalar(key) || key.value !== '__proto__') return;
      found.push({ offset: key.range?.[0] ?? 0, message: '__proto__: expected another name' });
    },
  });
  return found;
};

/** Aliases that multiply beyond measure are only found on the way to a value. */
const valueOf = (document: Document, errors: YamlSource['errors'][number][]): unknown => {
  try {
    return document.toJS();
  } catch (cause) {
    errors.push({ line: 1, message: (cause as Error).message });
    return undefined;
  }
};

const keyOf = (items: readonly Pair[], name: string | number | undefined): Node | undefined => {
  const pair = items.find(({ key }) => isScalar(key) && String(key.value) === String(name));
  return pair?.key as Node | undefined;
};
