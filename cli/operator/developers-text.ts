import type { Registered } from '#shared/usecases/registry/register-developer.ts';
import { table, type Output } from '../output.ts';

const rowOf =
  ({ paint }: Output) =>
  (registered: Registered): readonly string[] => {
    if ('problem' in registered) return [registered.id, '-', '-', '-', paint('red', registered.problem)];
    const { principals, keys, signature, secrets } = registered.developer;
    return [registered.id, principals.join(' ') || '-', keys.map(({ id }) => id).join(' ') || '-', signature, secrets];
  };

export const listText = (output: Output, developers: readonly Registered[]): string => {
  const head = ['DEVELOPER', 'PRINCIPALS', 'KEYS', 'SIGNATURE', 'SECRETS'].map((word) => output.paint('bold', word));
  return developers.length === 0 ? 'nobody is registered' : table([head, ...developers.map(rowOf(output))]);
};
