/** A value of one period; `undefined`: there is none, and nothing can be calculated with it. */
export type Value = number | undefined;

type Calculation = (valueOf: (id: string) => Value) => Value;

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z]\w*)|(<=|>=|==|!=|[-+*/(),<>]))/y;

const tokensOf = (expression: string): string[] => {
  const tokens: string[] = [];
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < expression.trimEnd().length) {
    const at = pattern.lastIndex;
    const [, number, word, sign] = pattern.exec(expression) ?? [];
    const token = number ?? word ?? sign;
    if (token === undefined) throw new Error(`metric math ends at ${at}: ${expression}`);
    tokens.push(token);
  }
  return tokens;
};

const truth = (is: boolean): number => (is ? 1 : 0);

const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '>': (a, b) => truth(a > b),
  '<': (a, b) => truth(a < b),
  '>=': (a, b) => truth(a >= b),
  '<=': (a, b) => truth(a <= b),
  '==': (a, b) => truth(a === b),
  '!=': (a, b) => truth(a !== b),
};

/** The weakest first. */
const LEVELS: readonly (readonly string[])[] = [
  ['>', '<', '>=', '<=', '==', '!='],
  ['+', '-'],
  ['*', '/'],
];

const both =
  (operator: string, left: Calculation, right: Calculation): Calculation =>
  (valueOf) => {
    const [a, b] = [left(valueOf), right(valueOf)];
    const result = a === undefined || b === undefined ? undefined : OPERATORS[operator]?.(a, b);
    // What is divided by zero is no datapoint.
    return Number.isFinite(result) ? result : undefined;
  };

const FUNCTIONS: Readonly<Record<string, (...of: Calculation[]) => Calculation>> = {
  FILL: (of, otherwise) => (valueOf) => of?.(valueOf) ?? otherwise?.(valueOf),
  IF: (condition, then, otherwise) => (valueOf) => {
    const is = condition?.(valueOf);
    return is === undefined ? undefined : is === 0 ? otherwise?.(valueOf) : then?.(valueOf);
  },
};

/** Reads CloudWatch's metric math, as much of it as the alarms use: what it does not know is thrown. */
export const metricMath = (expression: string): Calculation => {
  const tokens = tokensOf(expression);

  const take = (expected?: string): string => {
    const token = tokens.shift();
    if (token === undefined || (expected !== undefined && token !== expected)) {
      throw new Error(`metric math has ${token ?? 'an end'} where ${expected ?? 'more'} should be: ${expression}`);
    }
    return token;
  };

  const argumentsOf = (): Calculation[] => {
    const found = [level(0)];
    while (tokens[0] === ',') {
      take(',');
      found.push(level(0));
    }
    take(')');
    return found;
  };

  const term = (): Calculation => {
    const token = take();
    if (token === '(') {
      const inner = level(0);
      take(')');
      return inner;
    }
    if (/^\d/.test(token)) return () => Number(token);
    if (tokens[0] !== '(') return (valueOf) => valueOf(token);
    take('(');
    const call = FUNCTIONS[token];
    if (!call) throw new Error(`metric math knows no ${token}: ${expression}`);
    return call(...argumentsOf());
  };

  const level = (index: number): Calculation => {
    const operators = LEVELS[index];
    if (!operators) return term();
    let left = level(index + 1);
    while (operators.includes(tokens[0] ?? '')) left = both(take(), left, level(index + 1));
    return left;
  };

  const calculation = level(0);
  if (tokens.length > 0) throw new Error(`metric math goes on with ${tokens.join(' ')}: ${expression}`);
  return calculation;
};
