import type { Deployed } from '../../../support/cfn/deployed.ts';
import { attributeOf, referenceTo } from '../../../support/cfn/physical.ts';
import { listed } from '../../rules/template.ts';
import { made, unless, type StackRule } from './rule.ts';

/** MiB by CPU units: the smallest, the largest, and the step between. */
const SIZES: Readonly<Record<string, readonly [min: number, max: number, step: number]>> = {
  256: [512, 2_048, 512],
  512: [1_024, 4_096, 1_024],
  1024: [2_048, 8_192, 1_024],
  2048: [4_096, 16_384, 1_024],
  4096: [8_192, 30_720, 1_024],
  8192: [16_384, 61_440, 4_096],
  16384: [32_768, 122_880, 8_192],
};

const isSize = (cpu: string, memory: number): boolean => {
  const [min, max, step] = SIZES[cpu] ?? [0, 0, 1];
  if (cpu === '256' && memory === 1_536) return false;
  return memory >= min && memory <= max && (memory - min) % step === 0;
};

interface Container {
  readonly task: string;
  readonly role: string;
  readonly definition: any;
}

export const containers = (deployed: Deployed): readonly Container[] =>
  made(deployed, 'AWS::ECS::TaskDefinition').flatMap(([task, { Properties }]) =>
    Properties.ContainerDefinitions.map((definition: any) => ({ task, role: Properties.ExecutionRoleArn, definition })),
  );

const madeOf = ({ stack }: Deployed, [id, resource]: ReturnType<typeof made>[number]) => ({ stack, id, resource });

/** The actions that a role of the stack may do on an ARN, by what stands in it. */
const allowed = (deployed: Deployed, roleArn: string, on: string): readonly string[] => {
  const role = made(deployed, 'AWS::IAM::Role').find(
    (entry) => attributeOf(madeOf(deployed, entry), 'Arn') === roleArn,
  );
  return (role?.[1].Properties.Policies ?? [])
    .flatMap(({ PolicyDocument }: any) => listed<any>(PolicyDocument.Statement))
    .filter(({ Effect, Resource }: any) => Effect === 'Allow' && listed(Resource).includes(on))
    .flatMap(({ Action }: any) => listed<string>(Action));
};

const logFaults = (deployed: Deployed, { task, role, definition }: Container): readonly string[] => {
  const { LogDriver, Options = {} } = definition.LogConfiguration ?? {};
  if (LogDriver !== 'awslogs') return [`${task} says nothing to CloudWatch`];
  const group = made(deployed, 'AWS::Logs::LogGroup').find(
    (entry) => referenceTo(madeOf(deployed, entry)) === Options['awslogs-group'],
  );
  if (!group) return [`${task} writes to a group of somebody else`];
  const may = allowed(deployed, role, attributeOf(madeOf(deployed, group), 'Arn'));
  const isKept = Options['mode'] === 'blocking' || Options['max-buffer-size'] !== undefined;
  return [
    ...unless(role !== undefined, `${task} has nobody who writes its log`),
    ...['logs:CreateLogStream', 'logs:PutLogEvents']
      .filter((one) => !may.includes(one))
      .map((one) => `${task}: no ${one}`),
    ...unless(isKept, `${task} loses lines as soon as 10 MB wait`),
    // Metrics in the embedded format are made of no other class.
    ...unless(
      [undefined, 'STANDARD'].includes(group[1].Properties.LogGroupClass),
      `${task} writes where nothing is measured`,
    ),
    // Fargate does without neither.
    ...['awslogs-region', 'awslogs-stream-prefix']
      .filter((one) => Options[one] === undefined)
      .map((one) => `${task} has no ${one}`),
  ];
};

export const taskRules = {
  'a task gets a size that Fargate has': (deployed) =>
    made(deployed, 'AWS::ECS::TaskDefinition')
      .filter(([, { Properties }]) => !isSize(String(Properties.Cpu), Number(Properties.Memory)))
      .map(([id, { Properties }]) => `${id}: ${Properties.Cpu} with ${Properties.Memory}`),

  'a container has as long to stop as Fargate gives, and no longer': (deployed) =>
    containers(deployed)
      .filter(({ definition: { StopTimeout = 30 } }) => !(Number(StopTimeout) >= 2 && Number(StopTimeout) <= 120))
      .map(({ task }) => `${task} would be refused`),

  'what a container prints arrives in a group of the stack': (deployed) =>
    containers(deployed).flatMap((container) => logFaults(deployed, container)),
} as const satisfies Readonly<Record<string, StackRule>>;
