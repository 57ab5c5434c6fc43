import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Resource, Template } from '../../template/rules/template.ts';

export interface Parameter {
  readonly Type: string;
  readonly Description?: string;
  readonly Default?: string | number;
  readonly AllowedPattern?: string;
  readonly AllowedValues?: readonly (string | number)[];
  readonly MinLength?: number | string;
  readonly MaxLength?: number | string;
  readonly MinValue?: number | string;
  readonly MaxValue?: number | string;
  readonly NoEcho?: boolean;
  readonly ConstraintDescription?: string;
}

interface Assertion {
  readonly Assert: unknown;
  readonly AssertDescription?: string;
}

export interface TemplateRule {
  readonly RuleCondition?: unknown;
  readonly Assertions: readonly Assertion[];
}

export interface SourceResource extends Resource {
  Condition?: string;
}

/** A template as somebody wrote it, its functions in their long forms. */
export interface SourceTemplate extends Template {
  readonly Description?: string;
  readonly Metadata?: any;
  readonly Mappings?: Readonly<Record<string, any>>;
  Parameters: Record<string, Parameter>;
  Conditions: Record<string, unknown>;
  Rules: Record<string, TemplateRule>;
  Resources: Record<string, SourceResource>;
}

/** What CloudFormation lets be written with a tag. */
const SHORT_FORMS: ReadonlySet<string> = new Set(
  'And Base64 Cidr Equals FindInMap GetAtt GetAZs If ImportValue Join Not Or Select Split Sub'.split(' '),
);

const longForm = (tag: string, value: unknown): unknown => {
  const name = tag.slice(1);
  if (name === 'Ref' || name === 'Condition') return { [name]: value };
  if (!SHORT_FORMS.has(name)) throw new Error(`CloudFormation knows no ${tag}`);
  if (name !== 'GetAtt' || typeof value !== 'string') return { [`Fn::${name}`]: value };
  const [id = '', ...attribute] = value.split('.');
  return { 'Fn::GetAtt': [id, attribute.join('.')] };
};

const plain = (node: unknown): unknown => {
  if (node === null) return null;
  if (isAlias(node)) throw new Error('CloudFormation takes no aliases');
  if (isScalar(node)) return node.value;
  if (isSeq(node)) return node.items.map(value);
  if (isMap(node)) return Object.fromEntries(node.items.map((pair) => [String(plain(pair.key)), value(pair.value)]));
  throw new Error('nothing that YAML has');
};

const isShort = (tag: unknown): tag is string => typeof tag === 'string' && /^![A-Z]/.test(tag);

const value = (node: unknown): unknown => {
  const tag = (node as { readonly tag?: string } | null)?.tag;
  return isShort(tag) ? longForm(tag, plain(node)) : plain(node);
};

/** Reads a template as somebody wrote it. What `yes` and `012` mean is cfn-lint's business. */
export const parseTemplate = (text: string): SourceTemplate => {
  const document = parseDocument(text, { logLevel: 'silent', prettyErrors: false });
  const [error] = document.errors;
  if (error) throw error;
  const { Parameters = {}, Conditions = {}, Rules = {}, Outputs = {}, ...rest } = value(document.contents) as any;
  return { Parameters, Conditions, Rules, Outputs, ...rest };
};
