import type { HttpRequest } from '#shared/http/request.ts';

/** What API Gateway hands over of a request, before anybody knows what the caller may do. */
export interface GatewayRequest extends Omit<HttpRequest, 'caller' | 'signal'> {
  /** The template that the gateway matched, such as `/services/{service}`. */
  readonly resource: string;
  /** What stands before our addresses on the caller's side, such as the stage: `/prod`; empty: nothing. */
  readonly base: string;
  /** null: nobody whom the gateway knows. */
  readonly subject: string | null;
  readonly source: string;
  /** null: the event names none. */
  readonly correlationId: string | null;
}

type Json = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];

/** REST APIs hand over a path parameter as it was sent. What is no valid escape stays, and no field takes a `%`. */
const decodedOnce = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const paramsOf = (values: unknown): HttpRequest['params'] =>
  Object.fromEntries(
    Object.entries(objectOf(values)).flatMap(([name, value]) => {
      const text = textOf(value);
      return text === null ? [] : [[name, decodedOnce(text)] as const];
    }),
  );

/** These come decoded. */
const queryOf = ({ multiValueQueryStringParameters, queryStringParameters }: Json): HttpRequest['query'] => {
  const several = Object.entries(objectOf(multiValueQueryStringParameters));
  if (several.length > 0)
    return several.flatMap(([name, values]) => texts(values).map((value) => [name, value] as const));
  return Object.entries(objectOf(queryStringParameters)).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
};

/** Names of headers come as the caller wrote them. */
const headerOf = (name: string, { headers, multiValueHeaders }: Json): string | null => {
  const isMeant = ([given]: readonly [string, unknown]): boolean => given.toLowerCase() === name;
  const one = Object.entries(objectOf(headers)).find(isMeant)?.[1];
  return textOf(one) ?? texts(Object.entries(objectOf(multiValueHeaders)).find(isMeant)?.[1])[0] ?? null;
};

const bodyOf = ({ body, isBase64Encoded }: Json): string => {
  const text = textOf(body) ?? '';
  return isBase64Encoded === true ? Buffer.from(text, 'base64').toString('utf8') : text;
};

const SESSION = /^arn:([a-z-]+):sts::(\d{12}):assumed-role\/([^/]+)\/.*$/;

/** A session comes and goes, and its name is chosen by whoever assumes the role: the role is who it is. */
const principalOf = (arn: string | null): string | null => arn && arn.replace(SESSION, 'arn:$1:iam::$2:role/$3');

/** The key's id is no secret; the key is, and is not looked at. A signature says more than a key. */
const subjectOf = ({ userArn, apiKeyId }: Json): string | null => principalOf(textOf(userArn)) ?? textOf(apiKeyId);

const segmentsOf = (path: string): readonly string[] => path.split('/').slice(1);

/** A stage or a base path comes first, and our address is as long as its template. */
const baseOf = (fullPath: string, resource: string): string =>
  segmentsOf(fullPath)
    .slice(0, -segmentsOf(resource).length || undefined)
    .map((segment) => `/${segment}`)
    .join('');

/** Reads an event of a REST API's proxy integration. Whatever is missing or odd reads as not given; never throws. */
export const readGatewayEvent = (event: unknown): GatewayRequest => {
  const given = objectOf(event);
  const context = objectOf(given['requestContext']);
  const identity = objectOf(context['identity']);
  return {
    method: textOf(given['httpMethod']) ?? '',
    resource: textOf(given['resource']) ?? '',
    path: textOf(given['path']) ?? '',
    base: baseOf(textOf(context['path']) ?? '', textOf(given['resource']) ?? ''),
    params: paramsOf(given['pathParameters']),
    query: queryOf(given),
    body: bodyOf(given),
    contentType: headerOf('content-type', given),
    accept: headerOf('accept', given),
    subject: subjectOf(identity),
    source: textOf(identity['sourceIp']) ?? 'unknown',
    correlationId: textOf(context['requestId']),
  };
};
