import { expect, it } from 'vitest';
import { sourceOf, STACKS } from '../../support/cfn/companions.ts';
import type { KnownGaps } from '../support/with-known-gaps.ts';
import { kindOf } from './left-out.ts';
import type { Stacks } from './stacks.ts';

/** Every kind of resource that a companion stack has. */
const KINDS: readonly string[] = [
  ...new Set(STACKS.flatMap((stack) => Object.values(sourceOf(stack).Resources).map(kindOf))),
].toSorted();

/** Those that an implementation of AWS does not make, by its list of gaps: stacks are deployed there without them. */
export const missingKinds = (gaps: KnownGaps): readonly string[] =>
  KINDS.filter((kind) => `a resource > that is ${kind}` in gaps);

/** How an implementation says that it does not make a resource, whatever its properties. */
const NOT_MADE = /Unsupported resource type|Unrecognized resource types|is not supported/;

/** Whether they are still not made; to stand in `describe('a resource')`. */
export const kindCases = (stacks: Stacks, kinds: readonly string[]): void => {
  it.each(kinds)('that is %s', async (kind) => {
    const [Type = '', more] = kind.split(' on ');
    const Properties = more === undefined ? {} : { Metrics: [{ Id: 'one', Expression: '1' }] };
    const stack = `only-${Type.replaceAll('::', '-')}`;
    const template = JSON.stringify({ Resources: { Only: { Type, Properties } } });
    const refusal = await stacks.create({ stack, template }).then(() => '', String);
    const resources = refusal === '' ? await stacks.resources(stack) : {};
    await stacks.remove(stack).catch(() => {});
    expect(refusal).not.toMatch(NOT_MADE);
    expect(refusal || Object.keys(resources)).not.toEqual([]);
  });
};
