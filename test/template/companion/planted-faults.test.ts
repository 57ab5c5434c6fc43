import { describe, expect, it } from 'vitest';
import { deployed, exampleCalled, sourceOf, textOf } from '../../support/cfn/companions.ts';
import { SOURCE_PLANTS, type Subject } from './source-plants.ts';
import { STACK_PLANTS } from './stack-plants.ts';
import { SOURCE_RULES, STACK_RULES, type SourceRuleName, type StackRuleName } from './rules/all.ts';

describe.each(Object.keys(SOURCE_PLANTS) as SourceRuleName[])('%s', (name) => {
  it.each(Object.entries(SOURCE_PLANTS[name]))('finds a fault: %s', (_, [stack, spoil]) => {
    const subject: Subject = { template: structuredClone(sourceOf(stack)), text: textOf(stack) };
    expect(SOURCE_RULES[name](subject.template, subject.text)).toEqual([]);
    spoil(subject);
    expect(SOURCE_RULES[name](subject.template, subject.text)).not.toEqual([]);
  });
});

describe.each(Object.keys(STACK_PLANTS) as StackRuleName[])('%s', (name) => {
  it.each(Object.entries(STACK_PLANTS[name]))('finds a fault: %s', (_, [file, spoil, parameters]) => {
    const example = exampleCalled(file);
    const template = structuredClone(sourceOf(example.of));
    expect(STACK_RULES[name](deployed(example))).toEqual([]);
    spoil(template);
    expect(STACK_RULES[name](deployed(example, parameters, template))).not.toEqual([]);
  });
});
