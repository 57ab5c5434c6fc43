import { describe, expect, it } from 'vitest';
import { deployed, EXAMPLES, sourceOf, STACKS, textOf } from '../../support/cfn/companions.ts';
import { SOURCE_RULES, STACK_RULES } from './rules/all.ts';

describe.each(STACKS)('infra/stacks/%s.yml', (stack) => {
  it.each(Object.entries(SOURCE_RULES))('%s', (_, rule) => {
    expect(rule(sourceOf(stack), textOf(stack))).toEqual([]);
  });
});

describe('CloudFormation would take', () => {
  it.each(EXAMPLES.map((example) => [example.file, example] as const))('infra/examples/%s.json', (_, example) => {
    expect(Object.keys(deployed(example).resources)).not.toEqual([]);
  });
});

const services = EXAMPLES.filter(({ of }) => of === 'fargate-service').map(
  (example) => [example.file, example] as const,
);

describe.each(services)('the service that infra/examples/%s.json makes', (_file, example) => {
  it.each(Object.entries(STACK_RULES))('%s', (_, rule) => {
    expect(rule(deployed(example))).toEqual([]);
  });
});
