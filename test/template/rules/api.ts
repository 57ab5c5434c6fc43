import { PROBLEMS } from '#shared/http/problem.ts';
import {
  isArn,
  listed,
  ofType,
  target,
  text,
  type Entry,
  type Resource,
  type Rule,
  type Template,
} from './template.ts';

const METHOD = 'AWS::ApiGateway::Method';
const GATEWAY_RESPONSE = 'AWS::ApiGateway::GatewayResponse';

/** Needs no key: whoever has none shall know how to use one. */
const OPEN = new Set(['GET /openapi.json']);

const pathOf = (template: Template, resource: Resource | undefined): string => {
  if (resource?.Type !== 'AWS::ApiGateway::Resource') return '';
  const parent = target(resource.Properties.ParentId);
  return `${pathOf(template, template.Resources[parent ?? ''])}/${resource.Properties.PathPart}`;
};

/** The methods that have a function behind them. */
const served = (template: Template): readonly Entry[] =>
  ofType(template, METHOD).filter(([, { Properties }]) => Properties.Integration.Type !== 'MOCK');

const mocks = (template: Template): readonly Entry[] =>
  ofType(template, METHOD).filter(([, { Properties }]) => Properties.Integration.Type === 'MOCK');

const addressOf = (template: Template, { Properties }: Resource): string =>
  `${Properties.HttpMethod} ${pathOf(template, template.Resources[target(Properties.ResourceId) ?? ''])}`;

/** `POST /services/{service}/wake`, and whose function answers. */
export const routes = (template: Template): ReadonlyMap<string, string> =>
  new Map(
    served(template).map(([, method]) => {
      const id = /functions\/(\w+)\.Arn/.exec(text(method.Properties.Integration.Uri))?.[1] ?? '';
      return [addressOf(template, method), template.Resources[id]?.Properties.FunctionName ?? ''];
    }),
  );

const stages = (template: Template): readonly Entry[] => ofType(template, 'AWS::ApiGateway::Stage');

const isSigned = (template: Template): boolean =>
  served(template).some(([, { Properties }]) => Properties.AuthorizationType === 'AWS_IAM');

/** `POST /wake` as the usage plan spells it, and as the stage does. */
const inPlan = (address: string): string => address.replace(/^(\w+) (.*)$/, '$2/$1');
const inStage = (address: string): string =>
  address.replace(/^\w+ \/(.*)$/, (_, path) => `/~1${path.replaceAll('/', '~1')}`);

const isThrottle = (limit: any): boolean => limit?.RateLimit > 0 && limit?.BurstLimit > 0;

const isThrottled = (template: Template, address: string): boolean => {
  const byPlan = ofType(template, 'AWS::ApiGateway::UsagePlan').some(([, { Properties }]) =>
    Properties.ApiStages.some(({ Throttle }: any) => isThrottle(Throttle?.[inPlan(address)])),
  );
  const byStage = stages(template).some(([, { Properties }]) =>
    Properties.MethodSettings.some(
      (setting: any) =>
        setting.ResourcePath === inStage(address) &&
        setting.HttpMethod === address.split(' ')[0] &&
        setting.ThrottlingRateLimit > 0 &&
        setting.ThrottlingBurstLimit > 0,
    ),
  );
  return isSigned(template) || OPEN.has(address) ? byStage : byPlan;
};

/** The gateway's own message comes in as a JSON string, quotes and all. */
const filledIn = (body: string): any =>
  JSON.parse(body.replaceAll('$context.error.messageString', JSON.stringify('"so"\n')));

const problemFaults = (id: string, status: string, body: string): readonly string[] => {
  const problem = filledIn(body);
  const { status: expected, title } = PROBLEMS[problem.code as keyof typeof PROBLEMS] ?? {
    status: Number(status) >= 500 ? Number(status) : 500,
    title: 'Something went wrong here',
  };
  const shape = { type: `urn:nightporter:problem:${problem.code}`, title, status: expected };
  const isRight =
    Object.keys(problem).join() === 'type,title,status,code,detail,field' &&
    Object.entries(shape).every(([key, value]) => problem[key] === value) &&
    String(problem.status) === status &&
    problem.detail.length > 0;
  return isRight ? [] : [`${id} is no problem of ours`];
};

/** The words of the gateway that have to be ours, with the status that they get. */
const SAYS: Readonly<Record<string, string>> = {
  ACCESS_DENIED: '403',
  BAD_REQUEST_BODY: '400',
  BAD_REQUEST_PARAMETERS: '400',
  DEFAULT_4XX: '400',
  DEFAULT_5XX: '500',
  INTEGRATION_FAILURE: '500',
  INTEGRATION_TIMEOUT: '504',
  INVALID_API_KEY: '401',
  QUOTA_EXCEEDED: '429',
  REQUEST_TOO_LARGE: '413',
  RESOURCE_NOT_FOUND: '404',
  THROTTLED: '429',
  UNSUPPORTED_MEDIA_TYPE: '415',
};

const PROBLEM_TYPE = "'application/problem+json'";

export const apiRules = {
  'a deployment waits for every method and every response of the API': (template) =>
    ofType(template, 'AWS::ApiGateway::Deployment').flatMap(([id, { DependsOn }]) =>
      [...ofType(template, METHOD), ...ofType(template, GATEWAY_RESPONSE)]
        .filter(([part]) => !listed(DependsOn).includes(part))
        .map(([part]) => `${id} does not wait for ${part}`),
    ),

  'there is one stage, and it shows the deployment': (template) => {
    const [deployment] = ofType(template, 'AWS::ApiGateway::Deployment');
    const shown = stages(template).map(([, { Properties }]) => target(Properties.DeploymentId));
    return [
      ...(shown.length === 1 && shown[0] === deployment?.[0] ? [] : [`${shown.length} stages show ${shown.join()}`]),
      ...(deployment?.[1].Properties.StageName === undefined ? [] : ['the deployment has a stage of its own']),
      ...stages(template)
        .filter(([, { Properties }]) => !/^[A-Za-z0-9_-]+$/.test(Properties.StageName))
        .map(([id]) => `${id} has a name that is none`),
    ];
  },

  'every method hands the whole request to a function that lets the API in': (template) => {
    const open = new Set(
      ofType(template, 'AWS::Lambda::Permission')
        .filter(([, { Properties }]) => Properties.Principal === 'apigateway.amazonaws.com')
        .map(([, { Properties }]) => target(Properties.FunctionName)),
    );
    return served(template).flatMap(([id, { Properties }]) => {
      const { Type, IntegrationHttpMethod, Uri } = Properties.Integration;
      const part = Uri?.['Fn::Join']?.[1].find((one: any) => target(one) !== undefined && one['Fn::GetAtt']);
      return [
        ...(Type === 'AWS_PROXY' && IntegrationHttpMethod === 'POST' ? [] : [`${id} takes the request apart`]),
        ...(isArn(part) ? [] : [`${id} names no ARN`]),
        ...(open.has(target(part)) ? [] : [`${id} calls a function that does not let it in`]),
      ];
    });
  },

  'every call carries a key or a signature, but for the one that tells how': (template) =>
    served(template)
      .filter(
        ([, method]) =>
          !OPEN.has(addressOf(template, method)) &&
          method.Properties.ApiKeyRequired !== true &&
          method.Properties.AuthorizationType !== 'AWS_IAM',
      )
      .map(([id]) => `${id} is open to everybody`),

  'where calls carry a key there is one, with a plan for the stage': (template) => {
    if (isSigned(template)) return [];
    const plans = ofType(template, 'AWS::ApiGateway::UsagePlan');
    const keys = ofType(template, 'AWS::ApiGateway::UsagePlanKey').filter(
      ([, { Properties }]) => target(Properties.UsagePlanId) === plans[0]?.[0],
    );
    const isOfStage = plans[0]?.[1].Properties.ApiStages.some(
      ({ Stage }: any) => target(Stage) === stages(template)[0]?.[0],
    );
    return plans.length === 1 && keys.length > 0 && isOfStage ? [] : ['no key opens the API'];
  },

  'no quota: a spent one would refuse kill too': (template) =>
    ofType(template, 'AWS::ApiGateway::UsagePlan')
      .filter(([, { Properties }]) => Properties.Quota)
      .map(([id]) => `${id} has a quota`),

  'every method has a throttle of its own': (template) =>
    [...routes(template).keys()]
      .filter((address) => !isThrottled(template, address))
      .map((address) => `${address} has no throttle`),

  'every throttle is of a method that there is': (template) => {
    const addresses = [...routes(template).keys()].map(inPlan);
    return ofType(template, 'AWS::ApiGateway::UsagePlan').flatMap(([id, { Properties }]) =>
      Properties.ApiStages.flatMap(({ Throttle }: any) => Object.keys(Throttle))
        .filter((key: string) => !addresses.includes(key))
        .map((key: string) => `${id} throttles ${key}`),
    );
  },

  'no body and no key is ever traced': (template) =>
    stages(template).flatMap(([id, { Properties }]) => [
      ...Properties.MethodSettings.filter((setting: any) => setting.DataTraceEnabled !== false).map(
        () => `${id} traces bodies`,
      ),
      ...(/\$(context|input|stageVariables)\.(identity\.apiKey\b(?!Id)|body|params)/.test(
        Properties.AccessLogSetting?.Format ?? '',
      )
        ? [`${id} logs more than it may`]
        : []),
    ]),

  'a path says which methods it takes to whoever comes with another': (template) => {
    const taken = Map.groupBy(served(template), ([, { Properties }]) => target(Properties.ResourceId));
    return [...taken].flatMap(([resource, methods]) => {
      const mock = mocks(template).find(([, { Properties }]) => target(Properties.ResourceId) === resource)?.[1]
        .Properties;
      const [response] = mock?.Integration.IntegrationResponses ?? [];
      const allow = methods.map(([, { Properties }]) => Properties.HttpMethod).join(', ');
      return mock?.HttpMethod === 'ANY' &&
        response.ResponseParameters['method.response.header.Allow'] === `'${allow}'` &&
        response.ResponseParameters['method.response.header.Content-Type'] === PROBLEM_TYPE
        ? problemFaults(String(resource), response.StatusCode, response.ResponseTemplates['application/json'])
        : [`${resource} says nothing to other methods`];
    });
  },

  'what the gateway says by itself is a problem like every other': (template) => {
    const responses = ofType(template, GATEWAY_RESPONSE);
    const wanted = { ...SAYS, MISSING_AUTHENTICATION_TOKEN: isSigned(template) ? '401' : '404' };
    return [
      ...Object.entries(wanted)
        .filter(
          ([type, status]) =>
            !responses.some(
              ([, { Properties }]) => Properties.ResponseType === type && Properties.StatusCode === status,
            ),
        )
        .map(([type, status]) => `${type} is not ${status}`),
      ...responses.flatMap(([id, { Properties }]) => [
        ...problemFaults(id, Properties.StatusCode, Properties.ResponseTemplates['application/json']),
        ...(Properties.ResponseParameters['gatewayresponse.header.Content-Type'] === PROBLEM_TYPE
          ? []
          : [`${id} is no problem+json`]),
        ...(Properties.StatusCode !== '429' || Properties.ResponseParameters['gatewayresponse.header.Retry-After']
          ? []
          : [`${id} does not say when to try again`]),
      ]),
    ];
  },
} as const satisfies Readonly<Record<string, Rule>>;
