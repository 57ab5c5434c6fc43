import type { MayDo } from './policy-check.ts';
import type { Request, Requests } from './requests.ts';
import type { Permission, Role } from './stack.ts';

const shown = ({ action, resource, context }: Request): string => {
  const told = Object.entries(context)
    .filter(([key]) => key !== 'ecs:cluster')
    .map(([key, value]) => `${key}=${String(value)}`);
  return `${action} on ${resource}${told.length > 0 ? ` with ${told.join(', ')}` : ''}`;
};

const named = ({ action, resource, condition }: Permission): string => {
  const prefix = condition['StringLike']?.['s3:prefix'];
  return `${action} on ${resource}${prefix === undefined ? '' : ` for ${String(prefix)}`}`;
};

const of = (action: string) => (permission: Permission) => permission.action === action;

/** What was asked in the name of roles that do not allow it, one sentence each. */
export const refused = async (roles: readonly Role[], requests: Requests, mayDo: MayDo): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const { name, permissions } of roles) {
    for (const request of requests.get(name) ?? []) {
      const isAllowed = await mayDo(permissions.filter(of(request.action)), request);
      if (!isAllowed) found.push(`${name} may not ${shown(request)}`);
    }
  }
  return found;
};

/** Permissions without which everything that was asked would be allowed as well. */
export const unneeded = async (
  roles: readonly Role[],
  requests: Requests,
  mayDo: MayDo,
): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const { name, permissions } of roles) {
    const needed = new Set<Permission | undefined>();
    for (const request of requests.get(name) ?? []) {
      const candidates = permissions.filter(of(request.action));
      const answers = await Promise.all(candidates.map((permission) => mayDo([permission], request)));
      const [only, ...others] = candidates.filter((_, index) => answers[index]);
      if (others.length === 0) needed.add(only);
    }
    const spare = permissions.filter((permission) => !needed.has(permission));
    found.push(...spare.map((permission) => `${name} does not need ${named(permission)}`));
  }
  return found;
};

/** Something that must not be allowed. */
export interface Trespass {
  readonly what: string;
  readonly request: Request;
}

/** Which of the things that they must not do roles may do all the same. */
export const trespasses = async (
  roles: readonly Role[],
  forbiddenTo: (role: string) => readonly Trespass[],
  mayDo: MayDo,
): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const { name, permissions } of roles) {
    for (const { what, request } of forbiddenTo(name)) {
      const candidates = permissions.filter(of(request.action));
      const isAllowed = candidates.length > 0 && (await mayDo(candidates, request));
      if (isAllowed) found.push(`${name} may ${what}: ${shown(request)}`);
    }
  }
  return found;
};
