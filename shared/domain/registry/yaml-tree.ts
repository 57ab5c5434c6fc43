/**
 * A YAML text as it is written: nothing in it is resolved or judged yet. The reader of YAML only takes it apart; what
 * may be in a manifest and what a value is worth is decided here, in the domain.
 */
export interface YamlScalar {
  readonly kind: 'scalar';
  /** Without quotes, escapes and folds; still text, whatever it looks like. */
  readonly text: string;
  /** Plain: without quotes and not a block. Only such text can stand for something else than itself. */
  readonly isPlain: boolean;
  readonly line: number;
}

export interface YamlSequence {
  readonly kind: 'sequence';
  readonly items: readonly YamlNode[];
  readonly line: number;
}

export interface YamlPair {
  readonly key: YamlNode;
  readonly value: YamlNode;
}

export interface YamlMap {
  readonly kind: 'map';
  /** In the order of the text, repeated keys and all. */
  readonly pairs: readonly YamlPair[];
  readonly line: number;
}

export type YamlNode = YamlScalar | YamlSequence | YamlMap;

/** What a text uses besides maps, sequences and scalars, and what readers of YAML are known to take apart differently. */
export type YamlMark =
  | 'a tag'
  | 'an anchor'
  | 'an alias'
  | 'a directive'
  | 'a second document'
  | 'a key with a question mark before it'
  | 'a key that is not on one line with its colon'
  | 'a key without a value between braces'
  | 'a key and its value between brackets'
  | 'a word with a question mark or a first colon, without quotes, between brackets or braces'
  | 'a word without quotes that begins with three dashes'
  | 'a block of text with a number for its indentation'
  | 'a block of text that does not end with its line'
  | 'a backslash at the end of a line, and an empty line after it'
  | 'quotes that are not closed';

export interface YamlReading {
  /** `undefined` for a text with errors, and for one without content. */
  readonly root: YamlNode | undefined;
  readonly errors: readonly { readonly line: number; readonly problem: string }[];
  /** In no particular order. */
  readonly marks: readonly { readonly line: number; readonly mark: YamlMark }[];
}
