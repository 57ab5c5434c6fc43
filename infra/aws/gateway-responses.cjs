/**
 * What API Gateway says by itself, in the words of shared/http/problem.ts. Templates are filled in, not run: what they
 * let in has to be JSON already, and `messageString` is the message in quotes. Everything else is fixed text.
 */
const TITLES = {
  'invalid-input': [400, 'The request is not valid'],
  unauthorized: [401, 'The API key is missing or wrong'],
  forbidden: [403, 'This key may not do that'],
  'route-not-found': [404, 'No such address'],
  'method-not-allowed': [405, 'This address does not take that method'],
  'body-too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'The body is not JSON'],
  throttled: [429, 'Too much at once'],
  internal: [500, 'Something went wrong here'],
};

const GATEWAYS_OWN_WORDS = '$context.error.messageString';
const AGAIN = 'the request could not be carried out; it may be tried again';

/** How the gateway calls it; our code; what to say; the field, if it is about one; another status than the code's. */
const RESPONSES = [
  ['ACCESS_DENIED', 'forbidden', 'the policy of the caller does not allow it'],
  ['API_CONFIGURATION_ERROR', 'internal', AGAIN],
  ['BAD_REQUEST_BODY', 'invalid-input', GATEWAYS_OWN_WORDS, 'body'],
  ['BAD_REQUEST_PARAMETERS', 'invalid-input', GATEWAYS_OWN_WORDS],
  ['DEFAULT_4XX', 'invalid-input', GATEWAYS_OWN_WORDS],
  ['DEFAULT_5XX', 'internal', AGAIN],
  ['EXPIRED_TOKEN', 'unauthorized', 'the signature has expired', 'authorization'],
  ['INTEGRATION_FAILURE', 'internal', AGAIN],
  // Whether it has been carried out nobody knows here; wake and kill are safe to repeat.
  ['INTEGRATION_TIMEOUT', 'internal', 'it took too long; it may be tried again', null, 504],
  ['INVALID_API_KEY', 'unauthorized', 'x-api-key must be a valid key', 'x-api-key'],
  ['INVALID_SIGNATURE', 'unauthorized', 'the signature is not valid', 'authorization'],
  ['QUOTA_EXCEEDED', 'throttled', 'the quota of this key is spent'],
  ['REQUEST_TOO_LARGE', 'body-too-large', 'the body is larger than the gateway takes', 'body'],
  ['RESOURCE_NOT_FOUND', 'route-not-found', 'there is nothing at this address'],
  ['THROTTLED', 'throttled', 'more requests than this key may make; try again soon'],
  ['UNAUTHORIZED', 'unauthorized', 'the call has to be authorized', 'authorization'],
  ['UNSUPPORTED_MEDIA_TYPE', 'unsupported-media-type', 'the body has to be JSON', 'content-type'],
];

/** The gateway's words for an unknown address; with signed calls, for a known one without a signature just as well. */
const NO_TOKEN = {
  apiKey: ['route-not-found', 'there is nothing at this address'],
  iam: ['unauthorized', 'the call is not signed, or there is nothing at this address', 'authorization'],
};

const problem = (code, detail, field = null, status = TITLES[code][0]) => {
  const body = { type: `urn:nightporter:problem:${code}`, title: TITLES[code][1], status, code, detail, field };
  return JSON.stringify(body).replace(JSON.stringify(GATEWAYS_OWN_WORDS), GATEWAYS_OWN_WORDS);
};

const PROBLEM_JSON = "'application/problem+json'";

const gatewayResponse = ([type, code, detail, field, status]) => ({
  Type: 'AWS::ApiGateway::GatewayResponse',
  Properties: {
    RestApiId: { Ref: 'ApiGatewayRestApi' },
    ResponseType: type,
    StatusCode: String(status ?? TITLES[code][0]),
    ResponseParameters: {
      'gatewayresponse.header.Content-Type': PROBLEM_JSON,
      ...(code === 'throttled' && { 'gatewayresponse.header.Retry-After': "'1'" }),
    },
    ResponseTemplates: { 'application/json': problem(code, detail, field, status) },
  },
});

const capital = (word) => word[0] + word.slice(1).toLowerCase();

const logicalId = (type) => `GatewaySays${type.split('_').map(capital).join('')}`;

module.exports = async ({ resolveVariable }) => {
  const responses = [...RESPONSES, ['MISSING_AUTHENTICATION_TOKEN', ...NO_TOKEN[await resolveVariable('param:auth')]]];
  return {
    Resources: Object.fromEntries(responses.map((response) => [logicalId(response[0]), gatewayResponse(response)])),
  };
};

/** For the plugin: the same words where a method is refused. */
module.exports.problem = problem;
module.exports.PROBLEM_JSON = PROBLEM_JSON;
