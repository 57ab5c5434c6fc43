import type { Deployed } from '../support/cfn/deployed.ts';
import { permissionsOf, type Permission } from './stack.ts';

/** What stands in a role of a companion stack. Policies that are kept elsewhere cannot be read: there must be none. */
export const permissionsIn = ({ resources, stack }: Deployed, role: string): readonly Permission[] => {
  const found = resources[role];
  if (found?.Type !== 'AWS::IAM::Role') throw new Error(`${stack} has no role ${role}`);
  const { Policies = [], ManagedPolicyArns = [] } = found.Properties;
  if (ManagedPolicyArns.length > 0) throw new Error(`${role} holds more than stands in it`);
  return Policies.flatMap(({ PolicyDocument }: any) => [PolicyDocument.Statement].flat().flatMap(permissionsOf));
};
