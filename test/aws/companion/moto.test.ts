import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type Example, EXAMPLES, sourceOf } from '../../support/cfn/companions.ts';
import type { SourceTemplate } from '../../support/cfn/source.ts';
import { motoCompanionGaps } from '../known-gaps.ts';
import { plainCallsTo } from '../ministack/plain-calls.ts';
import { withKnownGaps } from '../support/with-known-gaps.ts';
import { filledIn } from './filled-in.ts';
import { kindCases, missingKinds } from './kinds.ts';
import { leavingOut } from './left-out.ts';
import { stacksOn } from './stacks.ts';

/**
 * What MiniStack makes least of: gateways and logs of a network, and AWS Batch. Nothing is changed or removed here:
 * on the way moto loses things, and finds a network in use that nothing uses.
 */
const endpoint = inject('motoUrl');
const stacks = stacksOn(endpoint);
const missing = missingKinds(motoCompanionGaps);

const NAMED = EXAMPLES.filter(({ of }) => ['network', 'scoring-job'].includes(of)).map(
  (example) => [example.file, example] as const,
);

const ROLE = 'batch-itself';

/** AWS Batch has a role of its own; that of moto has to be given one. */
const withBatchRole = (template: SourceTemplate): SourceTemplate => {
  for (const { Type, Properties } of Object.values(template.Resources))
    if (Type === 'AWS::Batch::ComputeEnvironment') Properties.ServiceRole = `arn:aws:iam::123456789012:role/${ROLE}`;
  return template;
};

const templateOf = async ({ of, stack, parameters }: Example): Promise<SourceTemplate> => {
  const exports = await stacks.exports();
  return withBatchRole(filledIn(leavingOut(sourceOf(of), missing), { stack, parameters, exports }));
};

withKnownGaps('companion stacks on moto', motoCompanionGaps, () => {
  beforeAll(async () => {
    const role = { RoleName: ROLE, AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}' };
    await plainCallsTo(endpoint).submit('iam', { Action: 'CreateRole', ...role });
  });

  describe('a resource', () => kindCases(stacks, missing));

  describe('made', () => {
    it.each(NAMED)('%s has every resource of its template, and nothing else', async (_, example) => {
      const template = await templateOf(example);
      await stacks.create({ stack: example.stack, template: JSON.stringify(template) });
      const made = Object.entries(await stacks.resources(example.stack)).map(([id, { type }]) => [id, type]);
      const expected = Object.entries(template.Resources).map(([id, { Type }]) => [id, Type]);
      expect(Object.fromEntries(made)).toEqual(Object.fromEntries(expected));
    });
  });
});
