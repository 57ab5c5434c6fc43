import { DescribeServicesCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import {
  deployed,
  type Example,
  exampleCalled,
  EXAMPLES,
  sourceOf,
  STACKS,
  textOf,
} from '../../support/cfn/companions.ts';
import type { Given } from '../../support/cfn/parameters.ts';
import { ministackCompanionGaps } from '../known-gaps.ts';
import { inventoryOf } from '../ministack/inventory.ts';
import { ecsOn } from '../support/clients.ts';
import { withKnownGaps } from '../support/with-known-gaps.ts';
import { kindCases, missingKinds } from './kinds.ts';
import { kindOf, leavingOut } from './left-out.ts';
import { type Made, stacksOn } from './stacks.ts';

/** Every example as a stack, on top of those that it stands on: made, changed and removed again. */
const endpoint = inject('ministackUrl');
const stacks = stacksOn(endpoint);
const ecs = ecsOn(endpoint);
const missing = missingKinds(ministackCompanionGaps);

/** What an account has before: where an example names one, there has to be one. */
const GROUND = 'what-is-there-already';
const GROUND_TEMPLATE = {
  Resources: { Zone: { Type: 'AWS::Route53::HostedZone', Properties: { Name: 'example.com' } } },
  Outputs: { HostedZoneId: { Value: { Ref: 'Zone' } } },
};

/** Each developer has one of their own. */
const DEVELOPER: Example = {
  file: 'developer',
  of: 'developer',
  stack: 'nightporter-developer-acme',
  parameters: { RegistryBucket: 'registry', Developer: 'acme', AssumedBy: 'arn:aws:iam::123456789012:role/build' },
};

const NAMED = [...EXAMPLES, DEVELOPER].map((example) => [example.file, example] as const);
const SERVICES = NAMED.filter(([, { of }]) => of === 'fargate-service');
const OTHERS = NAMED.filter(([, { of }]) => of !== 'fargate-service');

/** What a release changes: the size, the image, a word of the policy. The documents say that no count goes with it. */
const release = ({ parameters }: Example, idleAfter: string): Given => ({
  Cpu: '4096',
  Memory: '8192',
  ContainerImage: parameters['ContainerImage']?.replace(/@sha256:.*/, `@sha256:${'f'.repeat(64)}`) ?? '',
  IdleAfter: idleAfter,
  InitialDesiredCount: '',
});

/** As it is written, unless something has to be left out of it. */
const templateOf = ({ of }: Example): string => {
  const left = leavingOut(sourceOf(of), missing);
  const isWhole = Object.keys(left.Resources).length === Object.keys(sourceOf(of).Resources).length;
  return isWhole ? textOf(of) : JSON.stringify(left);
};

const grounded = ({ parameters }: Example): Given => ({
  ...parameters,
  ...Object.fromEntries(Object.entries(ground).filter(([name]) => parameters[name])),
});

const change = (example: Example, parameters: Given, tag: string): Promise<void> => {
  const kept = Object.keys(example.parameters).filter((parameter) => !(parameter in parameters));
  return stacks.update({ stack: example.stack, template: templateOf(example), parameters, tag }, kept);
};

const typesOf = (resources: Readonly<Record<string, Made>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(resources).map(([id, { type }]) => [id, type]));

const expected = (example: Example, changed: Given = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(deployed(example, changed).resources)
      .filter(([, resource]) => !missing.includes(kindOf(resource)))
      .map(([id, { Type }]) => [id, Type]),
  );

const place = ({ parameters }: Example) => ({
  cluster: parameters['ClusterName'] ?? 'main',
  service: parameters['ServiceName'] ?? '',
});

const serviceOf = async (example: Example) => {
  const { cluster, service } = place(example);
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service], include: ['TAGS'] }));
  return services?.[0];
};

const wordOf = async (example: Example, word: string): Promise<string | undefined> =>
  (await serviceOf(example))?.tags?.find(({ key }) => key === `nightporter:${word}`)?.value;

/** Everything that there is, of the kinds that are counted. */
const everything = async (): Promise<readonly string[]> =>
  Object.entries(await inventoryOf(endpoint)).flatMap(([kind, names]) => names.map((name) => `${kind}: ${name}`));

let ground: Given;
let before: readonly string[];
/** By their names, what templates say is to outlive its stack. */
const kept: string[] = [];

withKnownGaps('companion stacks on MiniStack', ministackCompanionGaps, () => {
  beforeAll(async () => {
    await stacks.create({ stack: GROUND, template: JSON.stringify(GROUND_TEMPLATE) });
    ground = await stacks.outputs(GROUND);
    before = await everything();
  });

  describe('a resource', () => kindCases(stacks, missing));

  describe('refused', () => {
    it.each<[what: string, parameters: Given, saying: RegExp]>([
      ['an image by a tag, which can come to mean another', { ContainerImage: 'fluidity:latest' }, /ContainerImage/],
      ['a door that is open to everybody', { AllowedIngressCidr: '0.0.0.0/0' }, /AllowedIngressCidr/],
      ['a service in no network', { NetworkStack: '' }, /NetworkStack/],
    ])('%s', async (_, parameters, saying) => {
      const fluidity = exampleCalled('fluidity');
      const order = { stack: 'refused', template: templateOf(fluidity) };
      const making = stacks.create({ ...order, parameters: { ...fluidity.parameters, ...parameters } });
      await expect(making).rejects.toThrow(saying);
      await expect(stacks.outputs('refused')).rejects.toThrow(/does not exist/);
    });
  });

  describe('made', () => {
    it('every template is among what is made', () => {
      expect([...new Set(NAMED.map(([, { of }]) => of))].toSorted()).toEqual(STACKS);
    });

    it.each(NAMED)('%s has every resource of its template, and nothing else', async (_, example) => {
      const { stack } = example;
      await stacks.create({ stack, parameters: grounded(example), template: templateOf(example) });
      expect(typesOf(await stacks.resources(stack))).toEqual(expected(example));
    });

    it.each(NAMED)('%s tells others what it says it does', async (_, example) => {
      const names = Object.keys(await stacks.outputs(example.stack));
      expect(names.toSorted()).toEqual(Object.keys(deployed(example).outputs).toSorted());
    });

    it.each(SERVICES)('%s is asleep at first', async (_, example) => {
      expect(await serviceOf(example)).toMatchObject({ status: 'ACTIVE', desiredCount: 0 });
    });
  });

  describe('changed', () => {
    it.each(SERVICES)('%s gets its new size, image and policy', async (_, example) => {
      const earlier = (await serviceOf(example))?.taskDefinition;
      const changes = release(example, '47m');
      await change(example, changes, 'second');
      expect(typesOf(await stacks.resources(example.stack))).toEqual(expected(example, changes));
      expect((await serviceOf(example))?.taskDefinition).not.toBe(earlier);
    });

    it.each(SERVICES)('%s stays asleep', async (_, example) => {
      expect(await serviceOf(example)).toMatchObject({ desiredCount: 0 });
    });

    it('services carry the new words', async () => {
      const words = SERVICES.map(async ([, example]) => wordOf(example, 'idle-after'));
      expect(await Promise.all(words)).toEqual(SERVICES.map(() => '47m'));
    });

    it.each(SERVICES)('%s stays awake when it is', async (_, example) => {
      await ecs.send(new UpdateServiceCommand({ ...place(example), desiredCount: 1 }));
      await change(example, { ...release(example, '48m'), Memory: '16384' }, 'third');
      expect(await serviceOf(example)).toMatchObject({ desiredCount: 1 });
    });

    it.each(OTHERS)('%s keeps what it has when only the tag of its stack changes', async (_, example) => {
      const earlier = await stacks.resources(example.stack);
      await change(example, {}, 'second');
      expect(await stacks.resources(example.stack)).toEqual(earlier);
    });
  });

  describe('removed', () => {
    it.each(NAMED.toReversed())('%s is gone', async (_, example) => {
      const resources = await stacks.resources(example.stack);
      const isKept = (id: string) => sourceOf(example.of).Resources[id]?.DeletionPolicy?.startsWith('Retain') ?? false;
      kept.push(...Object.entries(resources).flatMap(([id, made]) => (isKept(id) ? [made.id] : [])));
      await stacks.remove(example.stack);
      await expect(stacks.outputs(example.stack)).rejects.toThrow(/does not exist/);
    });

    it('leaves what is to be kept, and nothing else', async () => {
      const left = (await everything()).filter((name) => !before.includes(name));
      const isKept = (name: string): boolean => kept.some((id) => name.endsWith(`: ${id}`));
      expect(left.filter((name) => !isKept(name))).toEqual([]);
    });
  });
});
