import { describe, expect, it } from 'vitest';
import { deployed, exampleCalled, sourceOf, STACKS } from '../../support/cfn/companions.ts';
import { RuleBroken } from '../../support/cfn/deployed.ts';
import type { Given } from '../../support/cfn/parameters.ts';

/** By what the template says: in which example, with which parameters besides, it has to say so. */
const REFUSED: Readonly<Record<string, Readonly<Record<string, readonly [example: string, parameters: Given]>>>> = {
  'fargate-service': {
    'NetworkStack or VpcId has to be given': ['fluidity', { NetworkStack: '', PublicSubnets: 'subnet-1' }],
    'Tasks with a public address need NetworkStack or PublicSubnets': ['existing-vpc', { PublicSubnets: '' }],
    'Tasks without a public address need NetworkStack or PrivateSubnets': [
      'existing-vpc',
      { AssignPublicIp: 'DISABLED' },
    ],
    'A rule needs ContainerPort': ['model-registry', { ContainerPort: '0' }],
    'A rule needs EdgeStack, or HttpsListenerArn and the two after it': ['model-registry', { EdgeStack: '' }],
    'The second rule needs a first one, and SecondPort': ['pixell-runtime', { SecondPort: '0' }],
    'SecondSignIn needs EdgeStack': [
      'model-registry',
      {
        EdgeStack: '',
        HttpsListenerArn: 'arn:aws:elasticloadbalancing:eu-central-1:1:listener/app/a/1/2',
        SecondSignIn: 'true',
      },
    ],
    'NetworkPort needs EdgeStack': ['fluidity', { NetworkPort: '50051' }],
    'The signal alb needs HttpPriority': ['fluidity', { Signal: 'alb' }],
    'The signal nlb needs NetworkPort': ['fluidity', { Signal: 'nlb' }],
    'The signal metric needs Metric': ['fluidity', { Signal: 'metric' }],
    'Scaling needs Max': ['model-registry', { Max: '' }],
    'Nightporter switches scaling on, so the service has to be managed': ['model-registry', { Managed: 'false' }],
    'PutsMetrics needs MetricNamespace': ['fluidity', { MetricNamespace: '' }],
    'ExecuteCommand needs ReadonlyRootFilesystem false': ['fluidity', { ExecuteCommand: 'true' }],
  },
  edge: {
    'NetworkStack or VpcId has to be given': [
      'pixtools.edge',
      { NetworkStack: '', PublicSubnets: 'subnet-1,subnet-2' },
    ],
    'An internet-facing load balancer needs NetworkStack or PublicSubnets': [
      'pixtools.edge',
      { NetworkStack: '', VpcId: 'vpc-1' },
    ],
    'An internal load balancer needs NetworkStack or PrivateSubnets': [
      'pixtools.edge',
      { NetworkStack: '', VpcId: 'vpc-1', Scheme: 'internal' },
    ],
    'HTTPS needs CertificateArn, or DomainName and HostedZoneId': ['pixtools.edge', { HostedZoneId: '' }],
    'OtherDomainName needs DomainName and HostedZoneId': [
      'pixell-runtime.edge',
      { HostedZoneId: '', CertificateArn: 'arn:aws:acm:eu-central-1:1:certificate/1' },
    ],
    'ManagedRules needs RateLimit': ['pixell-runtime.edge', { ManagedRules: 'count', RateLimit: '0' }],
    'Sign-in needs all six of its parameters': ['pixell-runtime.edge', { OidcIssuer: 'https://accounts.example.org' }],
  },
  'scoring-job': {
    'Either NetworkStack or VpcId has to be given': [
      'model-registry.scoring-job',
      { NetworkStack: '', PublicSubnets: 'subnet-1', PrivateSubnets: 'subnet-1' },
    ],
    'A job with a public address needs PublicSubnets of the VPC': [
      'model-registry.scoring-job',
      { NetworkStack: '', VpcId: 'vpc-1', AssignPublicIp: 'ENABLED' },
    ],
    'A job without a public address needs PrivateSubnets of the VPC': [
      'model-registry.scoring-job',
      { NetworkStack: '', VpcId: 'vpc-1', AssignPublicIp: 'DISABLED' },
    ],
  },
  'deploy-role': {
    'Either ApiKeySecretName or ApiStage has to be given': ['pixtools.deploy-role', { ApiKeySecretName: '' }],
    'SecondServiceStack needs SecondServiceName': ['pixtools.deploy-role', { SecondServiceName: '' }],
    'SecondServiceStack needs SecondTaskRoleName': ['pixtools.deploy-role', { SecondTaskRoleName: '' }],
    'SecondServiceStack needs SecondExecutionRoleName': ['pixtools.deploy-role', { SecondExecutionRoleName: '' }],
  },
  observability: {
    'Give both LoadBalancerFullName and TargetGroupFullName, or neither': [
      'model-registry.observability',
      { TargetGroupFullName: '' },
    ],
    'AccessDenied needs RegistryBucket': ['model-registry.observability', { AccessDenied: 'on', RegistryBucket: '' }],
    "AlarmEmail is subscribed to this stack's own topic, which AlarmTopicArn takes the place of": [
      'model-registry.observability',
      { AlarmEmail: 'ada@example.org', AlarmTopicArn: 'arn:aws:sns:eu-central-1:1:alarms' },
    ],
  },
};

const assertionsOf = (stack: string): readonly string[] =>
  Object.values(sourceOf(stack).Rules).flatMap(({ Assertions }) =>
    Assertions.map(({ AssertDescription = '' }) => AssertDescription),
  );

describe.each(STACKS)('the rules of infra/stacks/%s.yml', (stack) => {
  const refused = REFUSED[stack] ?? {};

  it('are each broken by something here', () => {
    expect(Object.keys(refused).toSorted()).toEqual(assertionsOf(stack).toSorted());
  });

  it.each(Object.entries(refused))('refuse, before anything is made: %s', (says, [file, parameters]) => {
    const make = (): unknown => {
      try {
        return deployed(exampleCalled(file), parameters);
      } catch (cause) {
        if (cause instanceof RuleBroken) return cause.message.split('\n');
        throw cause;
      }
    };
    expect(make()).toContain(says);
  });
});

describe('a load balancer that there is', () => {
  const OWN: Given = {
    EdgeStack: '',
    HttpsListenerArn: 'arn:aws:elasticloadbalancing:eu-central-1:1:listener/app/own/1/2',
    LoadBalancerFullName: 'app/own/1',
    LoadBalancerSecurityGroup: 'sg-1',
  };

  it('is taken by its three names', () => {
    expect(() => deployed(exampleCalled('model-registry'), OWN)).not.toThrow();
  });

  it.each(['HttpsListenerArn', 'LoadBalancerFullName', 'LoadBalancerSecurityGroup'])(
    'is refused without %s, instead of being looked for in a stack that nobody named',
    (name) => {
      expect(() => deployed(exampleCalled('model-registry'), { ...OWN, [name]: '' })).toThrow(RuleBroken);
    },
  );
});
