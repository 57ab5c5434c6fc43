const { PROBLEM_JSON, problem } = require('./gateway-responses.cjs');

const byType = (resources, type) => Object.entries(resources).filter(([, resource]) => resource.Type === type);

const METHOD = 'AWS::ApiGateway::Method';

/** What answers to every method of a path that none of its own answers to. */
const methodNotAllowed = ({ RestApiId, ResourceId }, allow) => ({
  Type: METHOD,
  Properties: {
    RestApiId,
    ResourceId,
    HttpMethod: 'ANY',
    AuthorizationType: 'NONE',
    ApiKeyRequired: false,
    Integration: {
      Type: 'MOCK',
      // A body that is no JSON is refused as such: let through, it would be taken for the template and fail.
      PassthroughBehavior: 'NEVER',
      RequestTemplates: { 'application/json': '{"statusCode":405}' },
      IntegrationResponses: [
        {
          StatusCode: '405',
          ResponseParameters: {
            'method.response.header.Allow': `'${allow}'`,
            'method.response.header.Content-Type': PROBLEM_JSON,
          },
          ResponseTemplates: { 'application/json': problem('method-not-allowed', `the address takes ${allow}`) },
        },
      ],
    },
    MethodResponses: [
      {
        StatusCode: '405',
        ResponseParameters: { 'method.response.header.Allow': true, 'method.response.header.Content-Type': true },
      },
    ],
  },
});

const refuseOtherMethods = (resources) => {
  const paths = Map.groupBy(byType(resources, METHOD), ([, { Properties }]) => Properties.ResourceId.Ref);
  for (const [path, methods] of paths) {
    const allow = methods.map(([, { Properties }]) => Properties.HttpMethod).join(', ');
    resources[`${path}OtherMethods`] = methodNotAllowed(methods[0][1].Properties, allow);
  }
};

/** Calls are signed instead of carrying a key; what throttled the key throttles the method. */
const demandSignatures = (resources, outputs) => {
  for (const [, { Properties }] of byType(resources, METHOD)) {
    if (Properties.ApiKeyRequired) Object.assign(Properties, { AuthorizationType: 'AWS_IAM', ApiKeyRequired: false });
  }
  const { Throttle } = resources.ApiUsagePlan.Properties.ApiStages[0];
  const settings = resources.ApiStage.Properties.MethodSettings;
  for (const [route, { RateLimit, BurstLimit }] of Object.entries(Throttle)) {
    const [, path, HttpMethod] = /^\/(.*)\/(\w+)$/.exec(route);
    settings.push({
      ...settings[0],
      HttpMethod,
      ResourcePath: `/~1${path.replaceAll('/', '~1')}`,
      ThrottlingRateLimit: RateLimit,
      ThrottlingBurstLimit: BurstLimit,
    });
  }
  for (const id of ['ApiKey', 'ApiUsagePlan', 'ApiUsagePlanKey', 'ExistingUsagePlanKey']) delete resources[id];
  delete outputs.ApiKeyCommand;
};

/** A piece of what roles may do (infra/aws/policies.cjs). */
const takeAway = (resources, policyName) => {
  for (const [, { Properties }] of byType(resources, 'AWS::IAM::Role')) {
    Properties.Policies = Properties.Policies.filter(({ PolicyName }) => PolicyName !== policyName);
  }
};

const leaveOutOfRegistry = (resources, { registryKey, registryReplica, registryAccessLogs, objectLockDays }) => {
  const { Properties: bucket } = resources.RegistryBucket;
  if (!registryKey) {
    bucket.BucketEncryption.ServerSideEncryptionConfiguration.shift();
    takeAway(resources, 'UsesRegistryKey');
  } else bucket.BucketEncryption.ServerSideEncryptionConfiguration.pop();
  if (!registryReplica) {
    delete bucket.ReplicationConfiguration;
    delete resources.RegistryReplicationRole;
  }
  if (!registryAccessLogs) delete bucket.LoggingConfiguration;
  if (objectLockDays === 'off') {
    delete bucket.ObjectLockEnabled;
    delete bucket.ObjectLockConfiguration;
    takeAway(resources, 'LocksPackages');
  }
};

/** What stands in the files of infra/aws and was not asked for. */
const leaveOut = (resources, options) => {
  const { alarmEmail, existingApiKeyId, accessLogs, releaseEvents } = options;
  leaveOutOfRegistry(resources, options);
  if (!alarmEmail) delete resources.AlarmEmail;
  if (!existingApiKeyId) delete resources.ExistingUsagePlanKey;
  if (releaseEvents === 'off') {
    delete resources.RegistryBucket.Properties.NotificationConfiguration.EventBridgeConfiguration;
  }
  if (accessLogs === 'off') {
    delete resources.ApiAccessLogs;
    delete resources.ApiStage.Properties.AccessLogSetting;
  }
};

/** Their names are fixed: logs that outlived the stack would be in the way of the next one. */
const takeLogsAlong = (resources) => {
  for (const [, group] of byType(resources, 'AWS::Logs::LogGroup')) {
    Object.assign(group, { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
  }
};

/**
 * A deployment is a copy of the API as it is at that moment: it has to wait for all that belongs to the API. The stage
 * is a resource of our own, because the framework's cannot be traced or throttled.
 */
const deployWhole = (resources) => {
  const [[id, deployment]] = byType(resources, 'AWS::ApiGateway::Deployment');
  delete deployment.Properties.StageName;
  deployment.DependsOn = [METHOD, 'AWS::ApiGateway::GatewayResponse'].flatMap((type) =>
    byType(resources, type).map(([other]) => other),
  );
  resources.ApiStage.Properties.DeploymentId = { Ref: id };
};

/** Finishes the template that the framework has made of serverless.yml. The framework calls it with `new`. */
module.exports = function nightporterPlugin(serverless) {
  return {
    hooks: {
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        const { custom, provider } = serverless.service;
        const { Resources, Outputs } = provider.compiledCloudFormationTemplate;
        leaveOut(Resources, custom.options);
        refuseOtherMethods(Resources);
        if (custom.options.auth === 'iam') demandSignatures(Resources, Outputs);
        takeLogsAlong(Resources);
        deployWhole(Resources);
      },
    },
  };
};
