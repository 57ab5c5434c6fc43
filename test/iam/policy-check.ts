import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { Request } from './requests.ts';
import { ACCOUNT } from '../support/cfn/physical.ts';
import type { Permission, Stack } from './stack.ts';

const FUNCTION = `arn:aws:iam::${ACCOUNT}:role/function`;

const documentOf = (permissions: readonly Permission[]): object => ({
  Version: '2012-10-17',
  Statement: permissions.map(({ action, resource, condition }) => ({
    Effect: 'Allow',
    Action: action,
    Resource: resource,
    Condition: condition,
  })),
});

/** JSON's booleans, as CloudFormation hands them to IAM. */
const inText = (policy: object): object =>
  JSON.parse(JSON.stringify(policy, (_, value: unknown) => (typeof value === 'boolean' ? String(value) : value)));

/** Whether a role with these permissions is allowed what it asks. Mistakes of the question are thrown. */
export type MayDo = (permissions: readonly Permission[], request: Request) => Promise<boolean>;

/** By the rules of IAM, the policies of the buckets included, as somebody else has written them down. */
export const policyCheck = ({ bucketPolicies }: Pick<Stack, 'bucketPolicies'>, principal = FUNCTION): MayDo => {
  const policies = new Map([...bucketPolicies].map(([bucket, policy]) => [bucket, inText(policy)]));
  return async (permissions, { action, resource, context }) => {
    const resourcePolicy = policies.get(/^arn:aws:s3:::([^/]+)/.exec(resource)?.[1] ?? '');
    const answer = await runSimulation(
      {
        request: {
          principal,
          action,
          resource: { resource, accountId: ACCOUNT },
          contextVariables: { 'aws:SecureTransport': 'true', 'aws:PrincipalArn': principal, ...context },
        },
        identityPolicies: [{ name: 'role', policy: documentOf(permissions) }],
        serviceControlPolicies: [],
        resourceControlPolicies: [],
        ...(resourcePolicy && { resourcePolicy }),
      },
      {},
    );
    const asked = `${action} on ${resource}`;
    if (answer.resultType === 'error') throw new Error(`${asked}: ${JSON.stringify(answer.errors)}`);
    const ignored = answer.resultType === 'single' ? (answer.result.ignoredContextKeys ?? []) : [];
    if (ignored.length > 0) throw new Error(`${asked}: AWS knows no ${ignored.join(', ')} there`);
    return answer.overallResult === 'Allowed';
  };
};
