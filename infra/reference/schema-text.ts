/** As much of JSON Schema as the document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

const TYPES: Readonly<Record<string, string>> = { string: 'text', integer: 'whole number', null: 'null' };

export const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

export const nameOf = (ref: string): string => ref.replace(/^.*\//, '');

export const linkTo = (name: string): string => `[${name}](#${name.toLowerCase()})`;

const plainType = (type: string, { minimum, maximum }: Schema): string => {
  const word = TYPES[type] ?? type;
  // What JSON can hold is no limit of ours.
  const isLimited = minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  return isLimited ? `${word}, ${minimum} to ${maximum}` : word;
};

const objectType = ({ additionalProperties }: Schema): string =>
  typeof additionalProperties === 'object' && additionalProperties.type !== undefined
    ? `object of ${typeText(additionalProperties)}`
    : 'object';

/** What a value may be, in words. */
export const typeText = (schema: Schema): string => {
  const { $ref, type, anyOf, items, format } = schema;
  if ($ref !== undefined) return linkTo(nameOf($ref));
  if (anyOf) return anyOf.map(typeText).join(' or ');
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum) return schema.enum.map((word) => `\`${word}\``).join(', ');
  if (items) return `list of ${typeText(items)}`;
  if (format === 'date-time') return 'instant';
  if (type === 'object') return objectType(schema);
  return [type ?? 'anything']
    .flat()
    .map((word) => plainType(word, schema))
    .join(' or ');
};

interface Field {
  readonly name: string;
  readonly type: string;
  readonly description: string;
}

/** The object in a value: itself, what it is when it is not null, what it is a list of. */
const objectIn = (schema: Schema): Schema | undefined =>
  [schema, ...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])].find(({ properties }) => properties);

/** Every field of an object, the inner ones by the way to them. */
export const fieldsOf = (schema: Schema, way = ''): readonly Field[] => {
  const { properties = {}, required = [] } = objectIn(schema) ?? {};
  return Object.entries(properties).flatMap(([name, field]) => {
    const type = `${typeText(field)}${required.includes(name) ? '' : ', not always there'}`;
    const inner = fieldsOf(field, `${way}${name}${field.items ? '[]' : ''}.`);
    return [{ name: `${way}${name}`, type, description: field.description ?? '' }, ...inner];
  });
};
