import * as z from 'zod/mini';
import type { RefusalCode } from '#shared/domain/errors.ts';
import type { ReplyDescription, Route, SchemaName } from '#shared/http/endpoint.ts';
import { ABOUT } from '#shared/http/openapi-texts.ts';
import {
  downloadSchema,
  packagePageSchema,
  packageSchema,
  releaseSchema,
  uploadTicketsSchema,
  verdictSchema,
} from '#shared/http/package-schema.ts';
import { PROBLEMS } from '#shared/http/problem.ts';
import type { Fields } from '#shared/http/read-input.ts';
import { JSON_TYPE, PROBLEM_TYPE } from '#shared/http/request.ts';
import {
  decisionSchema,
  historySchema,
  documentSchema,
  problemSchema,
  servicePageSchema,
  serviceSchema,
} from '#shared/http/service-schema.ts';

type Json = Readonly<Record<string, unknown>>;

const COMPONENTS = {
  Service: serviceSchema,
  ServicePage: servicePageSchema,
  Decision: decisionSchema,
  History: historySchema,
  Package: packageSchema,
  PackagePage: packagePageSchema,
  Release: releaseSchema,
  Download: downloadSchema,
  UploadTickets: uploadTicketsSchema,
  Verdict: verdictSchema,
  Problem: problemSchema,
  OpenApi: documentSchema,
} as const satisfies Readonly<Record<'Problem' | SchemaName, z.ZodMiniType>>;

/** What any call may be refused with, whatever it does. */
const COMMON: readonly RefusalCode[] = [
  'invalid-input',
  'unauthorized',
  'forbidden',
  'body-too-large',
  'unsupported-media-type',
  'throttled',
];

const refTo = (name: keyof typeof COMPONENTS): Json => ({ $ref: `#/components/schemas/${name}` });

/** `format` says in a word what the pattern says in a line. */
const plain = ({ jsonSchema }: { readonly jsonSchema: Record<string, unknown> }): void => {
  if (jsonSchema['format'] === 'date-time') delete jsonSchema['pattern'];
};

/** The document says once for all which dialect it speaks, and a schema's place is its name. */
const embedded = (schema: Json): Json =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema' && name !== '$id'));

const componentSchemas = (): Json => {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(COMPONENTS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, override: plain });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, embedded(schema)]));
};

/** Path and query values are text on the wire, and described as what is read from it. */
const fieldSchema = (schema: z.ZodMiniType, io: 'input' | 'output'): Json =>
  embedded(z.toJSONSchema(schema, { io, override: plain }));

const isRequired = (schema: z.ZodMiniType): boolean => !z.safeParse(schema, undefined).success;

const parameters = (fields: Fields, place: 'path' | 'query'): readonly Json[] =>
  Object.entries(fields).map(([name, schema]) => {
    const { description, ...json } = fieldSchema(schema, 'output');
    return { name, in: place, required: isRequired(schema), description, schema: json };
  });

const requestBody = (fields: Fields, ignoresUnknown: boolean): Json => {
  const required = Object.keys(fields).filter((name) => isRequired(fields[name] as z.ZodMiniType));
  const schema = {
    type: 'object',
    properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fieldSchema(field, 'input')])),
    ...(required.length > 0 && { required }),
    additionalProperties: ignoresUnknown,
  };
  return { required: required.length > 0, content: { [JSON_TYPE]: { schema } } };
};

const POLL_HEADERS: Json = {
  Location: { description: 'While the service is starting: where to ask again.', schema: { type: 'string' } },
  'Retry-After': {
    description: 'While the service is starting: in how many seconds, from how long its boots took before.',
    schema: { type: 'integer', minimum: 1 },
  },
};

const REDIRECT_HEADERS: Json = {
  Location: { description: 'Where to go on; needs no key.', schema: { type: 'string' } },
};

const headersOf = (status: string, { schema }: ReplyDescription): Json | undefined => {
  if (status === '302') return REDIRECT_HEADERS;
  return schema === 'Service' ? POLL_HEADERS : undefined;
};

const success = (status: string, described: ReplyDescription): Json => {
  const { description, schema } = described;
  const headers = headersOf(status, described);
  return {
    description,
    ...(headers && { headers }),
    ...(schema && { content: { [JSON_TYPE]: { schema: refTo(schema) } } }),
  };
};

const RETRY_HEADER: Json = {
  'Retry-After': {
    description: 'In how many seconds trying again may help, where that is known.',
    schema: { type: 'integer', minimum: 1 },
  },
};

const refusal = (codes: readonly string[]): Json => ({
  description: codes.map((code) => `\`${code}\``).join(', '),
  headers: RETRY_HEADER,
  content: { [PROBLEM_TYPE]: { schema: refTo('Problem') } },
});

const refusals = (codes: readonly RefusalCode[]): Json => {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  return Object.fromEntries([...byStatus].map(([status, group]) => [status, refusal(group)]));
};

const operation = (route: Route): Json => ({
  operationId: route.operationId,
  summary: route.summary,
  description: route.description,
  ...(route.needsNoKey && { security: [] }),
  parameters: [...parameters(route.params ?? {}, 'path'), ...parameters(route.query ?? {}, 'query')],
  ...(route.body && { requestBody: requestBody(route.body, route.ignoresUnknownFields ?? false) }),
  responses: {
    ...Object.fromEntries(
      Object.entries(route.replies).map(([status, described]) => [status, success(status, described)]),
    ),
    ...refusals([...COMMON, ...route.refusals]),
    500: refusal(['internal']),
  },
});

/** The OpenAPI 3.1 document of these addresses: what the server is held to. */
export const openApiDocument = (routes: readonly Route[]): Json => ({
  openapi: '3.1.0',
  info: { title: 'Nightporter', version: '1', description: ABOUT },
  security: [{ apiKey: [] }],
  paths: Object.fromEntries(
    [...Map.groupBy(routes, ({ path }) => path)].map(([path, group]) => [
      path,
      Object.fromEntries(group.map((route) => [route.method.toLowerCase(), operation(route)])),
    ]),
  ),
  components: {
    securitySchemes: { apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' } },
    schemas: componentSchemas(),
  },
});
