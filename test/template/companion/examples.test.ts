import { describe, expect, it } from 'vitest';
import { deployed, exampleCalled, EXAMPLES, sourceOf } from '../../support/cfn/companions.ts';
import type { Deployed } from '../../support/cfn/deployed.ts';
import { containerIn, serviceIn } from '../../support/cfn/ecs-service.ts';
import { BadParameters } from '../../support/cfn/parameters.ts';
import { referenceTo } from '../../support/cfn/physical.ts';
import { listed } from '../rules/template.ts';

const stackOf = (file: string, more = {}): Deployed => deployed(exampleCalled(file), more);

const all = ({ resources }: Deployed, type: string): readonly any[] =>
  Object.values(resources)
    .filter(({ Type }) => Type === type)
    .map(({ Properties }) => Properties);

const one = (stack: Deployed, type: string): any => {
  const found = all(stack, type);
  if (found.length !== 1) throw new Error(`${found.length} of ${type}`);
  return found[0];
};

const task = (stack: Deployed): any => one(stack, 'AWS::ECS::TaskDefinition');
const network = (stack: Deployed): any => serviceIn(stack).NetworkConfiguration.AwsvpcConfiguration;
const exportOf = (file: string, name: string): string => {
  const value = stackOf(file).exports.get(name);
  if (value === undefined) throw new Error(`${file} exports no ${name}`);
  return value;
};

const ports = (stack: Deployed): readonly number[] =>
  containerIn(stack).PortMappings.map(({ ContainerPort }: any) => Number(ContainerPort));

const ingress = (stack: Deployed): readonly any[] =>
  all(stack, 'AWS::EC2::SecurityGroup')
    .flatMap(({ SecurityGroupIngress = [] }) => SecurityGroupIngress)
    .filter(({ FromPort }) => ports(stack).includes(Number(FromPort)));

/** All that a role of the stack may do, by whose role it is. */
const permissions = (stack: Deployed, whose: 'TaskRoleArn' | 'ExecutionRoleArn'): readonly any[] => {
  const arn = task(stack)[whose];
  const entry = Object.entries(stack.resources).find(
    ([id, resource]) => resource.Type === 'AWS::IAM::Role' && arn.endsWith(`/${stack.stack}-${id}`),
  );
  return (entry?.[1].Properties.Policies ?? []).flatMap(({ PolicyDocument }: any) =>
    listed<any>(PolicyDocument.Statement),
  );
};

const actions = (stack: Deployed): readonly string[] =>
  all(stack, 'AWS::IAM::Role').flatMap(({ Policies = [] }) =>
    Policies.flatMap(({ PolicyDocument }: any) => listed<any>(PolicyDocument.Statement)).flatMap(({ Action }: any) =>
      listed<string>(Action),
    ),
  );

/** Target groups by the port that they send to. */
const groups = (stack: Deployed): ReadonlyMap<number, any> =>
  new Map(
    Object.entries(stack.resources)
      .filter(([, { Type }]) => Type === 'AWS::ElasticLoadBalancingV2::TargetGroup')
      .flatMap(([id, resource]) => {
        const arn = referenceTo({ stack: stack.stack, id, resource });
        const used = serviceIn(stack).LoadBalancers.find(({ TargetGroupArn }: any) => TargetGroupArn === arn);
        return used ? [[Number(used.ContainerPort), resource.Properties] as const] : [];
      }),
  );

const check = (group: any): readonly unknown[] => [
  group.HealthCheckProtocol ?? group.Protocol,
  group.HealthCheckPath,
  ...[
    group.HealthCheckIntervalSeconds,
    group.HealthCheckTimeoutSeconds,
    group.HealthyThresholdCount,
    group.UnhealthyThresholdCount,
  ].map(Number),
];

const scaling = (stack: Deployed): Readonly<Record<string, number>> =>
  Object.fromEntries(
    all(stack, 'AWS::ApplicationAutoScaling::ScalingPolicy').map(
      ({ TargetTrackingScalingPolicyConfiguration: { PredefinedMetricSpecification, TargetValue } }) => [
        PredefinedMetricSpecification.PredefinedMetricType,
        Number(TargetValue),
      ],
    ),
  );

const cooldowns = (stack: Deployed): readonly unknown[] =>
  all(stack, 'AWS::ApplicationAutoScaling::ScalingPolicy').map(
    ({ TargetTrackingScalingPolicyConfiguration: { ScaleInCooldown, ScaleOutCooldown } }) => [
      ScaleInCooldown,
      ScaleOutCooldown,
    ],
  );

const tags = (stack: Deployed): Readonly<Record<string, string>> =>
  Object.fromEntries(serviceIn(stack).Tags.map(({ Key, Value }: any) => [Key, String(Value)]));

const environment = (stack: Deployed): Readonly<Record<string, string>> =>
  Object.fromEntries(containerIn(stack).Environment.map(({ Name, Value }: any) => [Name, Value]));

const secrets = (stack: Deployed): readonly string[] =>
  (containerIn(stack).Secrets ?? []).map(({ ValueFrom }: any) =>
    ValueFrom.startsWith('/') ? 'ssm' : ValueFrom.split(':')[2],
  );

describe('fluidity', () => {
  const stack = stackOf('fluidity');

  it('has 256 CPU units and 512 MiB', () => {
    expect(task(stack)).toMatchObject({ Cpu: '256', Memory: '512' });
  });

  it('listens on 8443, TCP, and on nothing else', () => {
    expect(ports(stack)).toEqual([8443]);
    expect([undefined, 'tcp']).toContain(containerIn(stack).PortMappings[0].Protocol);
  });

  it('is in public subnets, with an address of its own', () => {
    expect(network(stack).AssignPublicIp).toBe('ENABLED');
    expect(network(stack).Subnets).toEqual(exportOf('network', 'nightporter-network-PublicSubnets').split(','));
  });

  it('is reached from AllowedIngressCidr alone, which has no default and is never everywhere', () => {
    const { AllowedIngressCidr } = exampleCalled('fluidity').parameters;
    expect(ingress(stack).map(({ CidrIp, FromPort, ToPort }) => [CidrIp, Number(FromPort), Number(ToPort)])).toEqual([
      [AllowedIngressCidr, 8443, 8443],
    ]);
    expect(['', undefined]).toContain(sourceOf('fargate-service').Parameters['AllowedIngressCidr']?.Default);
    for (const everywhere of ['0.0.0.0/0', '::/0', '0.0.0.0/1'])
      expect(() => stackOf('fluidity', { AllowedIngressCidr: everywhere })).toThrow(BadParameters);
  });

  it('begins with no task', () => {
    expect(Number(serviceIn(stack).DesiredCount)).toBe(0);
  });

  it('writes to /fluidity/server, which is kept for 14 days', () => {
    const { LogGroupName, RetentionInDays } = one(stack, 'AWS::Logs::LogGroup');
    expect([LogGroupName, Number(RetentionInDays)]).toEqual(['/fluidity/server', 14]);
    expect(containerIn(stack).LogConfiguration.Options['awslogs-group']).toBe('/fluidity/server');
  });

  it('may put metrics in its own namespace, and do nothing else', () => {
    expect(permissions(stack, 'TaskRoleArn')).toEqual([
      {
        Effect: 'Allow',
        Action: 'cloudwatch:PutMetricData',
        Resource: '*',
        Condition: { StringEquals: { 'cloudwatch:namespace': 'Fluidity' } },
      },
    ]);
  });

  it('has the parameters of Fluidity’s own template, by their names', () => {
    const names = ['ClusterName', 'ServiceName', 'ContainerImage', 'ContainerPort', 'Cpu', 'Memory', 'VpcId'];
    const others = ['PublicSubnets', 'AllowedIngressCidr', 'AssignPublicIp', 'LogGroupName', 'LogRetentionDays'];
    expect(Object.keys(sourceOf('fargate-service').Parameters)).toEqual(expect.arrayContaining([...names, ...others]));
  });
});

describe('pixell-runtime', () => {
  const stack = stackOf('pixell-runtime');

  it('has 1024 CPU units and 2048 MiB', () => {
    expect(task(stack)).toMatchObject({ Cpu: '1024', Memory: '2048' });
  });

  it('is in private subnets, without an address of its own', () => {
    expect(network(stack).AssignPublicIp).toBe('DISABLED');
    expect(network(stack).Subnets).toEqual(exportOf('network', 'nightporter-network-PrivateSubnets').split(','));
  });

  it('has REST on 8080 and its UI on 3000 behind the application load balancer', () => {
    for (const port of [8080, 3000])
      expect(groups(stack).get(port)).toMatchObject({ Protocol: 'HTTP', TargetType: 'ip' });
    const listener = exportOf('pixell-runtime.edge', 'nightporter-edge-pixell-runtime-HttpsListenerArn');
    const rules = all(stack, 'AWS::ElasticLoadBalancingV2::ListenerRule');
    expect(rules.map(({ ListenerArn }) => ListenerArn)).toEqual([listener, listener]);
    expect(new Set(rules.map(({ Priority }) => Priority)).size).toBe(2);
  });

  it('has gRPC on 50051 behind a network load balancer, which checks the connection: 30, 10, 2, 3', () => {
    const group = groups(stack).get(50051);
    expect(['TCP', 'TLS']).toContain(group.Protocol);
    expect(check(group)).toEqual(['TCP', undefined, 30, 10, 2, 3]);
    expect(one(stack, 'AWS::ElasticLoadBalancingV2::Listener').LoadBalancerArn).toBe(
      exportOf('pixell-runtime.edge', 'nightporter-edge-pixell-runtime-NetworkLoadBalancerArn'),
    );
  });

  it('is asked for /health by the application load balancer: 30, 5, 2, 3', () => {
    expect(check(groups(stack).get(8080))).toEqual(['HTTP', '/health', 30, 5, 2, 3]);
  });

  it('checks itself without curl, after a start of 60 seconds', () => {
    const { Command, StartPeriod } = containerIn(stack).HealthCheck;
    expect(Command.join(' ')).toContain('8080');
    expect(Command.join(' ')).not.toMatch(/curl|wget/);
    expect(Number(StartPeriod)).toBe(60);
  });

  it('has 35 seconds to stop', () => {
    expect(Number(containerIn(stack).StopTimeout)).toBe(35);
  });

  it('finds its wheels on a file system that stays', () => {
    const { MountPoints, Environment } = containerIn(stack);
    expect(MountPoints).toHaveLength(1);
    expect(Environment).toContainEqual({ Name: 'WHEELHOUSE_DIR', Value: MountPoints[0].ContainerPath });
    const [volume] = task(stack).Volumes;
    expect(volume.Name).toBe(MountPoints[0].SourceVolume);
    expect(volume.EFSVolumeConfiguration).toMatchObject({
      TransitEncryption: 'ENABLED',
      AuthorizationConfig: { IAM: 'ENABLED' },
    });
    expect(all(stack, 'AWS::EFS::MountTarget').map(({ SubnetId }) => SubnetId)).toEqual(network(stack).Subnets);
  });

  it('gets its secrets from Secrets Manager, and none in the clear', () => {
    expect(secrets(stack)).toContain('secretsmanager');
    expect(Object.keys(environment(stack)).filter((name) => /SECRET|PASSWORD|TOKEN|API_KEY/.test(name))).toEqual([]);
  });

  it('is told where the registry is', () => {
    const { RegistryBucket } = exampleCalled('pixell-runtime').parameters;
    expect(environment(stack)['REGISTRY_URL']).toBe(`s3://${RegistryBucket}/index/registry.json`);
  });

  it('scales between 2 and 10 by 75 percent of CPU, when it is awake', () => {
    expect(tags(stack)).toMatchObject({ 'nightporter:wake-count': '2', 'nightporter:max': '10' });
    expect(scaling(stack)).toEqual({ ECSServiceAverageCPUUtilization: 75 });
    expect(cooldowns(stack)).toEqual([[300, 60]]);
    expect(one(stack, 'AWS::ApplicationAutoScaling::ScalableTarget')).toMatchObject({
      MinCapacity: 0,
      SuspendedState: {
        DynamicScalingInSuspended: true,
        DynamicScalingOutSuspended: true,
        ScheduledScalingSuspended: true,
      },
    });
  });

  it('runs one task on demand, and of the others four of five on Spot', () => {
    const strategy = serviceIn(stack).CapacityProviderStrategy;
    const of = (name: string): any => strategy.find(({ CapacityProvider }: any) => CapacityProvider === name);
    expect([of('FARGATE').Base, of('FARGATE').Weight].map(Number)).toEqual([1, 1]);
    expect(Number(of('FARGATE_SPOT').Weight)).toBe(4);
    expect(serviceIn(stack).LaunchType).toBeUndefined();
  });

  it('may not touch ECS, load balancers, service discovery, DynamoDB or IAM, in any of its roles', () => {
    expect(
      actions(stack).filter((action) => /^(?:ecs|elasticloadbalancing|servicediscovery|dynamodb|iam):/.test(action)),
    ).toEqual([]);
    expect(all(stack, 'AWS::IAM::Role').flatMap(({ ManagedPolicyArns = [] }) => ManagedPolicyArns)).toEqual([]);
  });
});

describe('model-registry', () => {
  const stack = stackOf('model-registry');
  const job = stackOf('model-registry.scoring-job');

  it('is behind the application load balancer', () => {
    const listener = exportOf('model-registry.edge', 'nightporter-edge-model-registry-HttpsListenerArn');
    expect(one(stack, 'AWS::ElasticLoadBalancingV2::ListenerRule').ListenerArn).toBe(listener);
    expect([...groups(stack).keys()]).toEqual(ports(stack));
  });

  it('scales between 2 and 10 by 70 percent of CPU and 80 of memory, when it is awake', () => {
    expect(tags(stack)).toMatchObject({ 'nightporter:wake-count': '2', 'nightporter:max': '10' });
    expect(scaling(stack)).toEqual({ ECSServiceAverageCPUUtilization: 70, ECSServiceAverageMemoryUtilization: 80 });
  });

  it('has alarms on 5xx of its targets and on their latency', () => {
    const metrics = all(stackOf('model-registry.observability'), 'AWS::CloudWatch::Alarm').flatMap((alarm) => [
      alarm.MetricName,
      ...(alarm.Metrics ?? []).map(({ MetricStat }: any) => MetricStat?.Metric.MetricName),
    ]);
    expect(metrics).toEqual(expect.arrayContaining(['HTTPCode_Target_5XX_Count', 'TargetResponseTime']));
    expect(metrics).not.toContain('HTTPCode_ELB_5XX_Count');
  });

  it('scores in a job of 15 minutes at most, in three attempts at most', () => {
    const { Timeout, RetryStrategy, PlatformCapabilities } = one(job, 'AWS::Batch::JobDefinition');
    expect([Timeout.AttemptDurationSeconds, RetryStrategy.Attempts]).toEqual([900, 3]);
    expect(PlatformCapabilities).toEqual(['FARGATE']);
  });

  it('scores as nobody in particular, and keeps nothing where it does', () => {
    const { ContainerProperties } = one(job, 'AWS::Batch::JobDefinition');
    expect(ContainerProperties).toMatchObject({
      ReadonlyRootFilesystem: true,
      User: expect.stringMatching(/^[1-9]\d*/),
    });
    expect(
      (ContainerProperties.Volumes ?? []).filter((volume: any) => volume.EfsVolumeConfiguration ?? volume.Host),
    ).toEqual([]);
  });

  it('scores each release when it is published', () => {
    const rule = all(job, 'AWS::Events::Rule').find(({ EventPattern }) => EventPattern.source.includes('aws.s3'));
    expect(rule.EventPattern).toMatchObject({
      'detail-type': ['Object Created'],
      detail: {
        bucket: { name: [exampleCalled('model-registry.scoring-job').parameters['RegistryBucket']] },
        object: { key: [{ wildcard: 'packages/*/release.json' }] },
      },
    });
    expect(rule.Targets[0].BatchParameters).toBeDefined();
  });

  it('tells on SNS of jobs that failed', () => {
    const rule = all(job, 'AWS::Events::Rule').find(({ EventPattern }) => EventPattern.source.includes('aws.batch'));
    expect(rule.EventPattern.detail.status).toEqual(['FAILED']);
    expect(rule.Targets[0].Arn).toMatch(/^arn:aws:sns:/);
  });
});

describe('pixtools', () => {
  const api = stackOf('pixtools-api');
  const worker = stackOf('pixtools-worker');
  const IMAGE = containerIn(api).Image;

  it('is an API and a worker of the same image, by its digest', () => {
    expect(IMAGE).toMatch(/@sha256:[0-9a-f]{64}$/);
    expect(containerIn(worker).Image).toBe(IMAGE);
    expect(containerIn(worker).Command).not.toEqual(containerIn(api).Command);
  });

  it('refuses a tag, which can be moved', () => {
    for (const tagged of [IMAGE.replace(/@.*/, ':latest'), IMAGE.replace(/@.*/, ':v1.2.3'), IMAGE.replace(/@.*/, '')])
      expect(() => stackOf('pixtools-api', { ContainerImage: tagged })).toThrow(BadParameters);
  });

  it('has a load balancer that those on a list reach, and nobody else', () => {
    const edge = stackOf('pixtools.edge');
    const from = all(edge, 'AWS::EC2::SecurityGroup').flatMap(({ SecurityGroupIngress = [] }) => SecurityGroupIngress);
    expect(from.length).toBeGreaterThan(0);
    expect(from.map(({ CidrIp }) => CidrIp)).not.toContain('0.0.0.0/0');
    expect(new Set(from.map(({ CidrIp }) => CidrIp))).toEqual(
      new Set([exampleCalled('pixtools.edge').parameters['AllowedIngressCidr']]),
    );
    expect(ingress(api).map(({ SourceSecurityGroupId }) => SourceSecurityGroupId)).toEqual([
      exportOf('pixtools.edge', 'nightporter-edge-pixtools-LoadBalancerSecurityGroup'),
    ]);
  });

  it('has a worker that nobody connects to', () => {
    expect(containerIn(worker).PortMappings ?? []).toEqual([]);
    expect(tags(worker)['nightporter:endpoint']).toBe('none');
  });

  it('gets its settings from parameters of SSM', () => {
    for (const stack of [api, worker]) expect(secrets(stack)).toContain('ssm');
  });

  it('has a role that GitHub deploys it with, without a standing key', () => {
    const trusts = all(stackOf('pixtools.deploy-role'), 'AWS::IAM::Role').flatMap(({ AssumeRolePolicyDocument }) =>
      listed<any>(AssumeRolePolicyDocument.Statement),
    );
    const github = trusts.filter(({ Action }) => Action === 'sts:AssumeRoleWithWebIdentity');
    expect(github).not.toEqual([]);
    for (const { Condition } of github) {
      expect(JSON.stringify(Condition)).toContain('token.actions.githubusercontent.com:sub');
      expect(JSON.stringify(Condition.StringEquals)).toContain('sts.amazonaws.com');
    }
  });

  it('keeps the digest that runs and the one before it in SSM, to go back to', () => {
    const kept = stackOf('pixtools.deploy-role');
    const may = all(kept, 'AWS::IAM::Role')
      .flatMap(({ Policies = [] }) => Policies)
      .flatMap(({ PolicyDocument }: any) => listed<any>(PolicyDocument.Statement))
      .filter(({ Action }: any) => listed(Action).includes('ssm:PutParameter'));
    expect(may.flatMap(({ Resource }: any) => listed<string>(Resource)).join()).toMatch(/parameter\//);
  });
});

/** What its service or its edge says, where another file of the example speaks of it. */
const AGREEING: readonly (readonly [file: string, parameter: string, other: string, itsParameter: string])[] = [
  ['fluidity.observability', 'ServiceName', 'fluidity', 'ServiceName'],
  ['pixell-runtime.observability', 'ServiceName', 'pixell-runtime', 'ServiceName'],
  ['model-registry.observability', 'ServiceName', 'model-registry', 'ServiceName'],
  ['pixtools.observability', 'ServiceName', 'pixtools-api', 'ServiceName'],
  ['pixtools.observability', 'WorkerName', 'pixtools-worker', 'ServiceName'],
  ['pixtools.observability', 'QueueName', 'pixtools-worker', 'QueueName'],
  ['pixtools-api', 'QueueName', 'pixtools-worker', 'QueueName'],
  ['pixtools-api', 'ContainerImage', 'pixtools-worker', 'ContainerImage'],
  ['pixtools-api', 'HttpHosts', 'pixtools.edge', 'DomainName'],
  ['model-registry', 'HttpHosts', 'model-registry.edge', 'DomainName'],
  ['pixell-runtime', 'HttpHosts', 'pixell-runtime.edge', 'DomainName'],
  ['pixell-runtime', 'SecondHosts', 'pixell-runtime.edge', 'OtherDomainName'],
  ['pixell-runtime', 'NetworkPort', 'pixell-runtime.edge', 'NetworkPort'],
  ['model-registry', 'RegistryBucket', 'model-registry.scoring-job', 'RegistryBucket'],
  ['pixtools.deploy-role', 'ServiceName', 'pixtools-api', 'ServiceName'],
  ['pixtools.deploy-role', 'SecondServiceName', 'pixtools-worker', 'ServiceName'],
  ['pixtools.deploy-role', 'RepositoryName', 'pixtools-api', 'RepositoryName'],
];

describe('the files of one example', () => {
  it.each(AGREEING)('agree: %s on %s with %s', (file, parameter, other, itsParameter) => {
    const said = stackOf(file).values[parameter];
    expect(said).toBeTruthy();
    expect(said).toBe(stackOf(other).values[itsParameter]);
  });

  it('are all of one cluster', () => {
    const clusters = EXAMPLES.filter(({ of }) => 'ClusterName' in sourceOf(of).Parameters).map(
      (example) => stackOf(example.file).values['ClusterName'],
    );
    expect(new Set(clusters)).toEqual(new Set(['main']));
  });

  it('name the stacks that they stand on, and the stacks that they deploy, as those are called', () => {
    const names = EXAMPLES.map(({ stack }) => stack);
    for (const { parameters } of EXAMPLES)
      for (const [key, value] of Object.entries(parameters))
        if (/^(?:Network|Edge|(?:Second)?Service)Stack$/.test(key)) expect(names).toContain(value);
  });

  it('send clients to where they are let in', () => {
    for (const file of ['pixell-runtime', 'model-registry', 'pixtools-api']) {
      const { HttpHosts = '', Endpoint = '' } = exampleCalled(file).parameters;
      expect(new URL(Endpoint).host).toBe(HttpHosts);
    }
  });
});

describe('every example', () => {
  it.each(EXAMPLES.filter(({ of }) => of === 'fargate-service').map(({ file }) => file))(
    'names its image by a digest, and is in the care of the control plane: %s',
    (file) => {
      expect(exampleCalled(file).parameters['ContainerImage']).toMatch(/@sha256:[0-9a-f]{64}$/);
      expect(tags(stackOf(file))['nightporter:managed']).toBe('true');
      expect(exampleCalled(file).parameters['InitialDesiredCount']).toBe('0');
    },
  );

  it('carries no account, but for such as are nobody’s', () => {
    for (const { parameters } of EXAMPLES)
      for (const value of Object.values(parameters))
        expect(value.replaceAll(/[0-9a-f]{64}/g, '')).not.toMatch(
          /(?<!\d)(?!123456789012|000000000000|111122223333)\d{12}(?!\d)/,
        );
  });
});
