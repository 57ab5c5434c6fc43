/** What a function may ask for besides its arguments. What is not known is a mistake, and thrown. */
export interface Scope {
  readonly reference: (id: string) => unknown;
  readonly attribute: (id: string, name: string) => unknown;
  readonly condition: (name: string) => boolean;
  readonly imported: (name: string) => unknown;
  readonly mapping: (keys: readonly string[]) => unknown;
}

/** As if the property, or the item, were not there. */
export const NO_VALUE = Symbol('AWS::NoValue');

const text = (value: unknown, where: string): string => {
  if (['string', 'number', 'boolean'].includes(typeof value)) return String(value);
  throw new Error(`${where} takes text, and not ${JSON.stringify(value)}`);
};

const PLACEHOLDER = /\$\{([^!][^}]*)\}/g;
const LITERAL = /\$\{!([^}]*)\}/g;

type Resolve = (value: unknown) => unknown;

const substituted = (scope: Scope, resolve: Resolve, argument: unknown): string => {
  const [format, local = {}] = Array.isArray(argument) ? argument : [argument];
  const locals = local as Readonly<Record<string, unknown>>;
  const filled = (id: string): unknown => {
    if (Object.hasOwn(locals, id)) return resolve(locals[id]);
    const [resource = '', ...attribute] = id.split('.');
    return attribute.length === 0 ? scope.reference(id) : scope.attribute(resource, attribute.join('.'));
  };
  return text(format, 'Fn::Sub')
    .replaceAll(PLACEHOLDER, (whole, id: string) => text(filled(id.trim()), whole))
    .replaceAll(LITERAL, '${$1}');
};

const selected = ([index, list]: readonly unknown[]): unknown => {
  const found = (list as readonly unknown[])[Number(index)];
  if (!Array.isArray(list) || found === undefined) throw new Error(`Fn::Select finds no ${String(index)}`);
  return found;
};

const joined = ([separator, parts]: readonly unknown[]): string => {
  if (!Array.isArray(parts)) throw new Error('Fn::Join takes a list');
  return parts.map((part) => text(part, 'Fn::Join')).join(text(separator, 'Fn::Join'));
};

const isTrue = (value: unknown): boolean => {
  if (typeof value !== 'boolean') throw new Error(`not a condition: ${JSON.stringify(value)}`);
  return value;
};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** Those whose arguments are worked out first. */
const EAGER: Readonly<Record<string, (argument: any) => unknown>> = {
  'Fn::Join': joined,
  'Fn::Select': selected,
  'Fn::Split': ([separator, whole]: readonly unknown[]) => text(whole, 'Fn::Split').split(String(separator)),
  'Fn::Base64': (argument) => Buffer.from(text(argument, 'Fn::Base64')).toString('base64'),
  'Fn::Equals': ([one, other]: readonly unknown[]) => text(one, 'Fn::Equals') === text(other, 'Fn::Equals'),
  'Fn::And': (all: readonly unknown[]) => all.map(isTrue).every((is) => is),
  'Fn::Or': (all: readonly unknown[]) => all.map(isTrue).some((is) => is),
  'Fn::Not': ([one]: readonly unknown[]) => !isTrue(one),
  // In rules alone.
  'Fn::Contains': ([list, one]: readonly unknown[]) => listOf(list).map(String).includes(String(one)),
  'Fn::EachMemberIn': ([list, all]: readonly unknown[]) =>
    listOf(list).every((one) => listOf(all).map(String).includes(String(one))),
  'Fn::EachMemberEquals': ([list, one]: readonly unknown[]) => listOf(list).every((each) => String(each) === one),
};

/** Made up where only their number counts. */
const zones = (): readonly string[] => ['a', 'b', 'c'].map((zone) => `eu-central-1${zone}`);

const cidrs = ([block, count]: readonly unknown[]): readonly string[] =>
  Array.from({ length: Number(count) }, (_, index) => `${text(block, 'Fn::Cidr')}#${index}`);

const isFunction = (name: string): boolean => name === 'Ref' || name === 'Condition' || name.startsWith('Fn::');

/** Fills in what CloudFormation would. */
export const resolver = (scope: Scope): Resolve => {
  const LAZY: Readonly<Record<string, (argument: any) => unknown>> = {
    Ref: (id: string) => scope.reference(id),
    Condition: (name: string) => scope.condition(name),
    'Fn::GetAtt': ([id, name]: readonly [string, string]) => scope.attribute(id, name),
    'Fn::Sub': (argument) => substituted(scope, resolve, argument),
    'Fn::If': ([name, then, otherwise]: readonly [string, unknown, unknown]) =>
      resolve(scope.condition(name) ? then : otherwise),
    'Fn::ImportValue': (name) => scope.imported(text(resolve(name), 'Fn::ImportValue')),
    'Fn::FindInMap': (keys: readonly unknown[]) =>
      scope.mapping(keys.map((key) => text(resolve(key), 'Fn::FindInMap'))),
    'Fn::GetAZs': zones,
    'Fn::Cidr': (argument: readonly unknown[]) => cidrs(argument.map(resolve)),
  };

  const called = (name: string, argument: unknown): unknown => {
    const lazy = LAZY[name];
    if (lazy) return lazy(argument);
    const eager = EAGER[name];
    if (!eager) throw new Error(`CloudFormation knows no ${name}`);
    return eager(resolve(argument));
  };

  const resolve: Resolve = (value) => {
    if (Array.isArray(value)) return value.map(resolve).filter((item) => item !== NO_VALUE);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [name = '', argument] = entries[0] ?? [];
    // A resource may have an attribute Condition, and a policy a block of conditions.
    const isCondition = name === 'Condition' && typeof argument !== 'string';
    if (entries.length === 1 && isFunction(name) && !isCondition) return called(name, argument);
    const resolved = entries.map(([key, inner]) => [key, resolve(inner)] as const);
    return Object.fromEntries(resolved.filter(([, inner]) => inner !== NO_VALUE));
  };
  return resolve;
};
