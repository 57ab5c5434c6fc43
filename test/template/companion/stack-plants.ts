import type { SourceTemplate } from '../../support/cfn/source.ts';
import { resource, spoil } from '../planting.ts';
import type { StackRuleName } from './rules/all.ts';
import { items } from './rules/rule.ts';

/** In which example, with which parameters besides. */
export type StackPlant = readonly [
  example: string,
  spoil: (template: SourceTemplate) => unknown,
  parameters?: Readonly<Record<string, string>>,
];

const container = (change: (definition: any) => unknown): StackPlant => [
  'fluidity',
  spoil('TaskDefinition', ({ ContainerDefinitions }) => change(ContainerDefinitions[0])),
];
const nothing = (): void => undefined;

/** The service names these groups themselves, and not what they hang on. */
const waitingFor =
  (...groups: readonly string[]) =>
  (template: SourceTemplate): void => {
    const { LoadBalancers } = resource(template, 'Service').Properties;
    for (const balancer of items(LoadBalancers)) {
      const [group] = balancer.TargetGroupArn['Fn::Select'][1];
      if (groups.includes(group.Ref)) balancer.TargetGroupArn = group;
    }
  };

/** The same for each rule over the stacks that examples make. */
export const STACK_PLANTS: Readonly<Record<StackRuleName, Readonly<Record<string, StackPlant>>>> = {
  'a task gets a size that Fargate has': {
    'too little memory': ['pixell-runtime', nothing, { Memory: '1024' }],
    'too much': ['fluidity', nothing, { Memory: '4096' }],
    'something in between': ['pixell-runtime', nothing, { Memory: '2500' }],
    'one that 256 units do not have': ['fluidity', nothing, { Memory: '1536' }],
  },
  'a container has as long to stop as Fargate gives, and no longer': {
    'ten minutes': container((definition) => (definition.StopTimeout = 600)),
    'a second more': container((definition) => (definition.StopTimeout = 121)),
  },
  'what a container prints arrives in a group of the stack': {
    'nobody writes': ['fluidity', spoil('TaskDefinition', (properties) => delete properties.ExecutionRoleArn)],
    'another group': container((definition) => (definition.LogConfiguration.Options['awslogs-group'] = '/elsewhere')),
    'another driver': container((definition) => (definition.LogConfiguration.LogDriver = 'json-file')),
    'not allowed': ['fluidity', spoil('ExecutionRole', (properties) => (properties.Policies = []))],
    'lines are lost': container((definition) => delete definition.LogConfiguration.Options['max-buffer-size']),
    'no region': container((definition) => delete definition.LogConfiguration.Options['awslogs-region']),
    'nothing is measured': [
      'fluidity',
      spoil('Logs', (properties) => (properties.LogGroupClass = 'INFREQUENT_ACCESS')),
    ],
  },
  'the control plane reads every tag of a service': {
    'a word that there is not': [
      'fluidity',
      spoil('Service', ({ Tags }) => Tags.push({ Key: 'nightporter:idle', Value: '10m' })),
    ],
    'a value that is none': [
      'fluidity',
      spoil('Service', ({ Tags }) => Tags.push({ Key: 'nightporter:lease', Value: '1s' })),
    ],
    'what a tag cannot hold': [
      'fluidity',
      spoil('Service', ({ Tags }) => Tags.push({ Key: 'paths', Value: '/api/*' })),
    ],
    'managed, or what': [
      'fluidity',
      spoil('Service', ({ Tags }) => Tags.push({ Key: 'nightporter:managed', Value: 'yes' })),
    ],
  },
  'awake it scales as far as its target goes': {
    'not as far': ['pixell-runtime', spoil('ScalableTarget', (properties) => (properties.MaxCapacity = 3))],
    nowhere: ['pixell-runtime', nothing, { WakeCount: '10' }],
    'from one': ['pixell-runtime', spoil('ScalableTarget', (properties) => (properties.MinCapacity = 1))],
  },
  'a service waits for what its target groups hang on': {
    'it does not': ['pixell-runtime', waitingFor('HttpTargets', 'SecondTargets', 'NetworkTargets')],
    'not for one of them': ['pixell-runtime', waitingFor('HttpTargets')],
    'on nothing': ['pixell-runtime', spoil('HttpRule', (properties) => (properties.Actions = []))],
    'nobody listens': [
      'pixell-runtime',
      spoil('TaskDefinition', ({ ContainerDefinitions }) => ContainerDefinitions[0].PortMappings.pop()),
    ],
  },
  'a service behind a load balancer gets time to come up, and no other has any': {
    none: ['pixell-runtime', spoil('Service', (properties) => delete properties.HealthCheckGracePeriodSeconds)],
    'without one': ['fluidity', spoil('Service', (properties) => (properties.HealthCheckGracePeriodSeconds = 60))],
  },
  'a deployment that fails goes back': {
    'it does not': [
      'fluidity',
      spoil(
        'Service',
        ({ DeploymentConfiguration }) => (DeploymentConfiguration.DeploymentCircuitBreaker.Rollback = false),
      ),
    ],
    'it goes on': [
      'fluidity',
      spoil('Service', ({ DeploymentConfiguration }) => delete DeploymentConfiguration.DeploymentCircuitBreaker),
    ],
  },
  'a service is of the one controller that is looked after': {
    another: [
      'fluidity',
      spoil('Service', (properties) => (properties.DeploymentController = { Type: 'CODE_DEPLOY' })),
    ],
    'one per instance': ['fluidity', spoil('Service', (properties) => (properties.SchedulingStrategy = 'DAEMON'))],
  },
  'a port is open to those who are meant, and to nobody else': {
    everybody: [
      'fluidity',
      spoil('SecurityGroup', ({ SecurityGroupIngress }) =>
        SecurityGroupIngress.push({ IpProtocol: 'tcp', FromPort: 8443, ToPort: 8443, CidrIp: '0.0.0.0/0' }),
      ),
    ],
    'every port': [
      'fluidity',
      spoil('SecurityGroup', ({ SecurityGroupIngress }) =>
        SecurityGroupIngress.push({ IpProtocol: 'tcp', FromPort: 0, ToPort: 65_535, CidrIp: '10.0.0.0/8' }),
      ),
    ],
    'a port of nobody': [
      'fluidity',
      spoil('SecurityGroup', ({ SecurityGroupIngress }) =>
        SecurityGroupIngress.push({ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIp: '10.0.0.0/8' }),
      ),
    ],
    'from nowhere': [
      'fluidity',
      spoil('SecurityGroup', ({ SecurityGroupIngress }) =>
        SecurityGroupIngress.push({ IpProtocol: 'tcp', FromPort: 8443, ToPort: 8443 }),
      ),
    ],
  },
  'tasks carry the tags of their service, or none': {
    'those of the definition': [
      'fluidity',
      spoil('Service', (properties) => (properties.PropagateTags = 'TASK_DEFINITION')),
    ],
  },
};
