import addFormats from 'ajv-formats';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

type Json = Record<string, any>;

export interface SeenReply {
  readonly status: number;
  readonly contentType: string | null;
  /** `undefined`: empty. */
  readonly body: unknown;
}

/** Holds replies against an OpenAPI document. */
export interface OpenApiCheck {
  /** What is wrong with the reply; empty when nothing is. */
  faults(method: string, path: string, reply: SeenReply): readonly string[];
}

/** The template that a path matches, such as `/services/{service}`. */
const templateOf = (document: Json, path: string): string | undefined =>
  Object.keys(document['paths']).find((template) =>
    new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path.split('?', 1)[0] ?? ''),
  );

/** Those of the server itself, for addresses that the document does not have. */
const OUTSIDE: Json = {
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

export const openApiCheck = (document: Json): OpenApiCheck => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (addFormats as unknown as (instance: Ajv2020) => void)(ajv);
  ajv.addSchema({ $id: 'api', ...document });
  const compiled = new Map<string, ValidateFunction>();
  const validator = ($ref: string): ValidateFunction => {
    const known = compiled.get($ref) ?? ajv.compile({ $ref: `api${$ref}` });
    compiled.set($ref, known);
    return known;
  };

  const described = (method: string, path: string, status: number): Json | undefined => {
    const template = templateOf(document, path);
    const operation = template && document['paths'][template][method.toLowerCase()];
    return operation ? operation.responses[status] : [404, 405].includes(status) ? OUTSIDE : undefined;
  };

  return {
    faults: (method, path, { status, contentType, body }) => {
      const response = described(method, path, status);
      if (!response) return [`${method} ${path} answered ${status}, which the document does not have`];
      if (!response['content']) return body === undefined ? [] : ['a body where the document has none'];
      const schema = response['content'][contentType ?? '']?.schema;
      if (!schema) return [`${method} ${path} answered as ${contentType}`];
      const validate = validator(schema.$ref);
      return validate(body) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
    },
  };
};
