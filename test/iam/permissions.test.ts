import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { discard, packageHollowStack } from '../support/packaged-stack.ts';
import type { Template } from '../template/rules/template.ts';
import { refused, trespasses, unneeded, type Trespass } from './conformance.ts';
import { forbidden } from './forbidden.ts';
import { onEverything, permissionTable } from './permissions-table.ts';
import { policyCheck, type MayDo } from './policy-check.ts';
import { racedCalls } from './raced-calls.ts';
import { requestsByRole, type Requests } from './requests.ts';
import { playRegistry } from './registry-scenes.ts';
import { play } from './scenes.ts';
import { arnOf } from '../support/cfn/physical.ts';
import { stackOf, type Permission, type Role, type Stack } from './stack.ts';

const RACES = 300;
const SEED = 20_261_120;

let template: Template;
let stack: Stack;
let requests: Requests;
let mayDo: MayDo;
let forbiddenTo: (role: string) => readonly Trespass[];

beforeAll(async () => {
  const packaged = await packageHollowStack('--param=clusters=main,second');
  await discard(packaged);
  template = packaged.template;
  stack = stackOf(template);
  requests = requestsByRole([...(await play(stack)), ...(await playRegistry(stack))], stack);
  mayDo = policyCheck(stack);
  forbiddenTo = await forbidden(stack, requests);
}, 60_000);

const READ = { Effect: 'Allow', Action: 's3:GetObject' };
const policyOf = (Statement: object) => ({ PolicyName: 'Planted', PolicyDocument: { Statement } });

describe('the roles of the stack', () => {
  it('there is one for each function, and one for the schedules', () => {
    expect(stack.roles.map(({ name }) => name).toSorted()).toEqual(
      [...stack.environments.keys(), 'schedules'].toSorted(),
    );
  });

  it('allow every call that its function makes, and what AWS does on its behalf', async () => {
    expect(await refused(stack.roles, requests, mayDo)).toEqual([]);
  });

  it('allow every call of the races', async () => {
    const raced = requestsByRole(await racedCalls(stack, RACES, SEED), stack);
    expect([...raced.values()].flat().length).toBeGreaterThan(200);
    expect(await refused(stack.roles, raced, mayDo)).toEqual([]);
  });

  it('hold nothing that no call needs, down to the single resource and prefix', async () => {
    expect(await unneeded(stack.roles, requests, mayDo)).toEqual([]);
  });

  it('allow nothing that is nobody’s business, and nothing that is another function’s', async () => {
    expect(await trespasses(stack.roles, forbiddenTo, mayDo)).toEqual([]);
  });
});

describe('what is forbidden', () => {
  it('would all be allowed to a role that may do anything anywhere, but for the open line', async () => {
    const questions = new Map(stack.roles.flatMap(({ name }) => forbiddenTo(name)).map((each) => [each.request, each]));
    const actions = new Set([...questions.values()].map(({ request }) => request.action));
    const mighty: Role = {
      name: 'mighty',
      permissions: [...actions].map((action) => ({ action, resource: '*', condition: {} })),
    };
    const guilty = await trespasses([mighty], () => [...questions.values()], mayDo);
    const isOpen = ({ request }: Trespass): boolean => request.context['aws:SecureTransport'] === 'false';
    expect(guilty).toHaveLength([...questions.values()].filter((each) => !isOpen(each)).length);
  });
});

describe('a role that holds more than can be read', () => {
  it.each<[string, object]>([
    ['policies kept elsewhere', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] }],
    ['all but some actions', { Policies: [policyOf({ Effect: 'Allow', NotAction: 's3:*', Resource: '*' })] }],
    ['a refusal', { Policies: [policyOf({ Effect: 'Deny', Action: 's3:GetObject', Resource: '*' })] }],
    ['what nobody can resolve', { Policies: [policyOf({ ...READ, Resource: { Ref: 'Tick' } })] }],
  ])('for %s is no role of ours', (_, properties) => {
    const faulty = structuredClone(template);
    Object.assign(faulty.Resources['WakeRole']?.Properties, properties);
    expect(() => stackOf(faulty)).toThrow();
  });
});

type Plant = (permissions: readonly Permission[], role: string) => readonly Permission[];

const onRole =
  (name: string, plant: Plant): Plant =>
  (permissions, role) =>
    role === name ? plant(permissions, role) : permissions;

const without =
  (role: string, action: string, resource = ''): Plant =>
  (permissions, name) =>
    permissions.filter((each) => name !== role || each.action !== action || !each.resource.includes(resource));

const withMore = (role: string, action: string, resource: string): Plant =>
  onRole(role, (permissions) => [...permissions, { action, resource, condition: {} }]);

const changed = (role: string, action: string, change: (permission: Permission) => Partial<Permission>): Plant =>
  onRole(role, (permissions) =>
    permissions.map((each) => (each.action === action ? { ...each, ...change(each) } : each)),
  );

const free = (): Partial<Permission> => ({ condition: {} });
const onlyIf = (condition: Permission['condition']) => (): Partial<Permission> => ({ condition });
const renamed = (from: string, to: string) => (permission: Permission) => ({
  resource: permission.resource.replace(from, to),
});

/** Mistakes that a template can have, and what is said of each. */
const FAULTS: readonly (readonly [fault: string, plant: Plant, said: RegExp])[] = [
  ['a write less', without('wake', 's3:PutObject', 'leases/'), /^wake may not s3:PutObject on .*leases/],
  ['a listing less', without('kill', 's3:ListBucket'), /^kill may not s3:ListBucket .*s3:prefix=directory.json/],
  [
    'a conditional delete without reading',
    without('leases', 's3:GetObject', '/leases/'),
    /^leases may not s3:GetObject/,
  ],
  ['one cluster less', without('sleep', 'ecs:UpdateService', '/second/'), /^sleep may not ecs:UpdateService .*second/],
  [
    'no bounds',
    without('holds', 'application-autoscaling:RegisterScalableTarget'),
    /^holds may not .*RegisterScalable/,
  ],
  ['no log', without('openapi', 'logs:PutLogEvents'), /^openapi may not logs:PutLogEvents/],
  ['nowhere to put what failed', without('task-events', 'sqs:SendMessage'), /^task-events may not sqs:SendMessage/],
  ['a schedule that starts nothing', without('schedules', 'lambda:InvokeFunction'), /^schedules may not lambda:/],
  [
    'a word misspelt',
    changed('wake', 'ecs:DescribeTasks', () => ({ action: 'ecs:DescribeTask' })),
    /^wake may not ecs:/,
  ],
  [
    'an action on what it has no resource of',
    changed('wake', 'ec2:DescribeNetworkInterfaces', () => ({ resource: arnOf('ec2', 'network-interface/*') })),
    /^wake may not ec2:DescribeNetworkInterfaces/,
  ],
  [
    'a condition that never holds',
    changed('sleep', 'cloudwatch:GetMetricData', onlyIf({ StringEquals: { 'cloudwatch:namespace': 'Nightporter' } })),
    /^sleep may not cloudwatch:GetMetricData/,
  ],
  [
    'reading fenced by the tag, so that unknown services are forbidden ones',
    changed(
      'wake',
      'ecs:DescribeServices',
      onlyIf({ StringEquals: { 'aws:ResourceTag/nightporter:managed': 'true' } }),
    ),
    /^wake may not ecs:DescribeServices/,
  ],
  [
    'an action too many',
    withMore('kill', 'ecs:StopTask', arnOf('ecs', 'task/main/*')),
    /^kill does not need ecs:StopTask/,
  ],
  [
    'the same, for what it would do',
    withMore('kill', 'ecs:StopTask', arnOf('ecs', 'task/main/*')),
    /^kill may stop a task/,
  ],
  [
    'a permission of another function',
    withMore('wake', 'cloudwatch:GetMetricData', '*'),
    /^wake may do what only status/,
  ],
  ['a role to hand on', withMore('holds', 'iam:PassRole', '*'), /^holds may hand on a role/],
  [
    'any cluster',
    changed('wake', 'ecs:UpdateService', renamed('service/main/', 'service/')),
    /^wake may scale a service of another cluster/,
  ],
  [
    'clusters whose name begins alike',
    changed('wake', 'ecs:UpdateService', renamed('service/main/', 'service/main')),
    /^wake may scale a service of another cluster: .*main-2/,
  ],
  ['any service', changed('wake', 'ecs:UpdateService', free), /^wake may scale a service without tags/],
  ['any change', changed('wake', 'ecs:UpdateService', free), /^wake may change ecs:task-definition of a service/],
  [
    'any cluster to list',
    changed('sleep', 'ecs:ListTasks', free),
    /^sleep may look into another cluster: ecs:ListTasks/,
  ],
  [
    'anything to scale',
    changed('sleep', 'application-autoscaling:RegisterScalableTarget', free),
    /^sleep may scale a table/,
  ],
  [
    'the whole bucket',
    changed('sleep', 's3:GetObject', renamed('/services/', '/')),
    /^sleep may touch what has no place/,
  ],
  ['every bucket', changed('kill', 's3:DeleteObject', () => ({ resource: '*' })), /^kill may touch another bucket/],
  ['grants to give', changed('wake', 's3:PutObject', renamed('/leases/', '/grants/')), /^wake may give grants/],
  ['everything to list', changed('wake', 's3:ListBucket', free), /^wake may list the whole bucket/],
  [
    'an upload not read',
    without('registry-sweep', 's3:GetObjectVersion'),
    /^registry-sweep may not s3:GetObjectVersion/,
  ],
  ['no verdict', without('package-processor', 's3:PutObject', '/results/'), /^package-processor may not .*results/],
  ['an address that cannot be signed', without('packages', 's3:PutObject', '/uploads/'), /^packages may not .*uploads/],
  ['messages that are not taken', without('package-processor', 'sqs:DeleteMessage'), /^package-processor may not sqs:/],
  [
    'uploads hidden instead of deleted',
    withMore(
      'package-processor',
      's3:DeleteObject',
      'arn:aws:s3:::nightporter-dev-apkg-123456789012-eu-central-1/uploads/*',
    ),
    /^package-processor may hide an upload behind a mark/,
  ],
  [
    'the whole registry',
    changed('packages', 's3:GetObject', renamed('/packages/', '/')),
    /^packages may read what has no place in the registry/,
  ],
  ['every topic', changed('sleep', 'sns:Publish', () => ({ resource: '*' })), /^sleep may tell another topic/],
];

describe('a fault in a role', () => {
  it.each(FAULTS)('%s is told', async (_, plant, said) => {
    const planted = stack.roles.map((role) => ({ ...role, permissions: plant(role.permissions, role.name) }));
    // Only of the roles that the fault changed: the others are told of above.
    const roles = planted.filter(({ permissions }, index) => {
      return JSON.stringify(permissions) !== JSON.stringify(stack.roles[index]?.permissions);
    });
    expect(roles).toHaveLength(1);
    const told = [
      ...(await refused(roles, requests, mayDo)),
      ...(await unneeded(roles, requests, mayDo)),
      ...(await trespasses(roles, forbiddenTo, mayDo)),
    ];
    expect(told.filter((sentence) => said.test(sentence))).not.toEqual([]);
  });
});

describe('docs/permissions.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/permissions.md'), 'utf8');
  /** The lines of the table that follows a heading. */
  const tableUnder = (heading: string): readonly string[] => {
    const [, ...lines] = (page.split(heading)[1] ?? '').split(/^\|---.*\|$/m)[1]?.split('\n') ?? [];
    return lines.slice(0, lines.indexOf(''));
  };

  it('says who may do what', () => {
    expect(tableUnder('# Permissions')).toEqual(permissionTable(stack));
  });

  it('gives a reason for every action that is allowed on everything', () => {
    const explained = tableUnder('## Why `*`').flatMap((line) => {
      const [, actions = ''] = line.split('|');
      return [...actions.matchAll(/`([^`]+)`/g)].map(([, action]) => action);
    });
    expect(new Set(explained)).toEqual(new Set(onEverything(stack)));
  });
});
