import type { AlarmState } from './metric-alarm.ts';

type Rule = (stateOf: (alarm: string) => AlarmState) => boolean;

const TOKEN = /\s*(?:(ALARM|OK|INSUFFICIENT_DATA)\("([^"]+)"\)|(AND|OR|NOT|\(|\)))/y;

type Token = { readonly is: string; readonly of?: string };

const tokensOf = (rule: string): Token[] => {
  const pattern = new RegExp(TOKEN);
  const tokens: Token[] = [];
  while (pattern.lastIndex < rule.trimEnd().length) {
    const [, state, alarm, word] = pattern.exec(rule) ?? [];
    if (state === undefined && word === undefined) throw new Error(`not a rule: ${rule}`);
    tokens.push(word === undefined ? { is: state as string, of: alarm as string } : { is: word });
  }
  return tokens;
};

/** Reads the rule of a composite alarm: AND binds more closely than OR. */
export const alarmRule = (text: string): Rule => {
  const tokens = tokensOf(text);

  const term = (): Rule => {
    const token = tokens.shift();
    const { is, of } = token ?? {};
    if (of !== undefined) return (stateOf) => stateOf(of) === is;
    if (is === 'NOT') {
      const inner = term();
      return (stateOf) => !inner(stateOf);
    }
    if (is !== '(') throw new Error(`a rule has ${is ?? 'an end'} where an alarm should be: ${text}`);
    const inner = any();
    if (tokens.shift()?.is !== ')') throw new Error(`a rule has no end: ${text}`);
    return inner;
  };

  const chain = (word: string, part: () => Rule): readonly Rule[] => {
    const parts = [part()];
    while (tokens[0]?.is === word) {
      tokens.shift();
      parts.push(part());
    }
    return parts;
  };

  const all = (): Rule => {
    const parts = chain('AND', term);
    return (stateOf) => parts.every((part) => part(stateOf));
  };

  const any = (): Rule => {
    const parts = chain('OR', all);
    return (stateOf) => parts.some((part) => part(stateOf));
  };

  const rule = any();
  if (tokens.length > 0) throw new Error(`a rule goes on: ${text}`);
  return rule;
};
