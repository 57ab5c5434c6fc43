import type { Permission, Role, Stack } from './stack.ts';

/** How the parts of the stack are called when people speak of them. */
const CALLED: readonly (readonly [RegExp, string])[] = [
  [/^.*:log-group:.*$/, 'its own log group'],
  [/^.*:function:.*$/, 'the functions on a schedule'],
  [/^.*:sns:.*NewsTopic$/, 'the news topic'],
  [/^.*:sns:.*PackagesTopic$/, 'the topic of packages'],
  [/^.*:sqs:.*FailedEvents$/, 'the queue of failed events'],
  [/^.*:sqs:.*ArrivedUploads$/, 'the queue of arrived uploads'],
  [/^.*:sqs:.*FailedUploads$/, 'the queue of failed uploads'],
  [/^arn:aws:[^:]+:[^:]*:\d*:/, ''],
  [/^arn:aws:s3:::/, ''],
];

/** What conditions come to. One that is not here has to be explained first. */
const CONDITIONS: Readonly<Record<string, string>> = {
  'ecs:cluster': 'in these clusters',
  'aws:ResourceTag/nightporter:managed': 'tagged `nightporter:managed`',
  'application-autoscaling:service-namespace': 'of ECS only',
  'application-autoscaling:scalable-dimension': 'desired counts only',
};

const resourceOf = ({ resource, condition }: Permission, { bucket, registryBucket, clusters }: Stack): string => {
  const prefix = condition['StringLike']?.['s3:prefix'];
  const short = CALLED.reduce((text, [from, to]) => text.replace(from, to), resource);
  const cluster = clusters.find((name) => short.includes(`/${name}/`));
  const general = cluster === undefined ? short : short.replace(`/${cluster}/`, '/{cluster}/');
  if (prefix !== undefined) return String(prefix);
  return general.replace(`${bucket}/`, '').replace(`${registryBucket}/`, '');
};

const conditionOf = ({ action, condition }: Permission): string => {
  const { Null: unchanged, ...others } = condition;
  const keys = Object.values(others)
    .flatMap(Object.keys)
    .filter((key) => key !== 's3:prefix');
  const told = keys.map((key) => {
    const text = CONDITIONS[key];
    if (text === undefined) throw new Error(`nobody has explained ${key}, a condition of ${action}`);
    return text;
  });
  return [...told, ...(unchanged ? ['changing nothing but the count'] : [])].join(', ');
};

interface Row {
  readonly action: string;
  readonly resource: string;
  readonly condition: string;
  readonly role: string;
}

const code = (text: string): string => (/[*/{.]/.test(text) ? `\`${text}\`` : text);
const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

const REGISTRY: readonly string[] = ['package-processor', 'registry-sweep', 'packages'];

/** A group by its name, with those of it that are left out; else one by one. */
const whoInGroup = (called: string, group: readonly string[], names: readonly string[]): string => {
  const here = group.filter((name) => names.includes(name));
  const missing = group.filter((name) => !names.includes(name));
  const isMost = here.length > 2 && missing.length < 3;
  if (!isMost) return here.join(', ');
  return missing.length === 0 ? called : `${called} but ${missing.join(' and ')}`;
};

const whoOf = (names: readonly string[], roles: readonly Role[]): string => {
  const all = roles.map(({ name }) => name);
  const functions = all.filter((name) => name !== 'schedules');
  if (functions.every((name) => names.includes(name))) return 'every function';
  const control = functions.filter((name) => !REGISTRY.includes(name));
  const groups = [
    whoInGroup('the control plane', control, names),
    whoInGroup('the registry', REGISTRY, names),
    whoInGroup('the schedules', ['schedules'], names),
  ];
  return groups.filter((who) => who !== '').join(', ');
};

/** Who may do what, a line for each, as the roles of the stack have it. */
export const permissionTable = (stack: Stack): readonly string[] => {
  const rows = stack.roles.flatMap(({ name, permissions }) =>
    permissions.map((permission): Row => {
      const { action } = permission;
      return { action, resource: resourceOf(permission, stack), condition: conditionOf(permission), role: name };
    }),
  );
  const byThing = Map.groupBy(rows, ({ action, resource, condition }) => [action, resource, condition].join('|'));
  const lines = [...byThing.values()].map((same) => {
    const { action, resource, condition } = same[0] as Row;
    return { action, resource, condition, who: whoOf(unique(same.map(({ role }) => role)), stack.roles) };
  });
  const byPlace = Map.groupBy(lines, ({ resource, condition, who, action }) =>
    [action.split(':')[0], resource, condition, who].join('|'),
  );
  const table = [...byPlace.values()].map((same) => {
    const { resource, condition, who } = same[0] as (typeof same)[number];
    const actions = same.map(({ action }) => `\`${action}\``).join(', ');
    return `| ${actions} | ${[code(resource), condition].filter((part) => part !== '').join(', ')} | ${who} |`;
  });
  return table.toSorted();
};

/** Actions that some role may do on everything there is. */
export const onEverything = ({ roles }: Stack): readonly string[] =>
  unique(
    roles.flatMap(({ permissions }) =>
      permissions.filter(({ resource }) => resource === '*').map(({ action }) => action),
    ),
  );
