import type { Holder } from '#shared/domain/lifecycle/lease.ts';

/** The layout of the control bucket: built here and nowhere else. */
const SUFFIX = '.json';

/** Percent-encodes all that could be taken for a separator: a subject may be an ARN. */
const encode = (part: string): string =>
  encodeURIComponent(part)
    .replaceAll('%40', '@')
    .replaceAll(/[~!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

export const controlKeys = {
  directory: `directory${SUFFIX}`,
  records: 'services/',
  record: (service: string): string => `services/${service}${SUFFIX}`,
  projection: (service: string): string => `observed/${service}${SUFFIX}`,
  history: (service: string): string => `history/${service}${SUFFIX}`,
  grant: (subject: string): string => `grants/${encode(subject)}${SUFFIX}`,
  developers: 'developers/',
  developer: (developer: string): string => `developers/${encode(developer)}${SUFFIX}`,
  allLeases: 'leases/',
  leases: (service: string): string => `leases/${service}/`,
  /** One object per lease, so that holders never contend with each other. */
  lease: (service: string, { subject, holder }: Holder): string =>
    `leases/${service}/${encode(subject)}~${encode(holder)}${SUFFIX}`,
} as const;

/** `undefined` for what no encoder wrote. */
const decode = (part: string): string | undefined => {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
};

/** Whose document lies under the key; `undefined` when it is no developer's. */
export const parseDeveloperKey = (key: string): string | undefined => {
  const part = /^developers\/([^/]+)\.json$/.exec(key)?.[1];
  return part === undefined ? undefined : decode(part);
};

/** Whose lease lies under the key; `undefined` when it is no lease's key. */
export const parseLeaseKey = (key: string): (Holder & { readonly service: string }) | undefined => {
  const match = /^leases\/([^/]+)\/([^/~]+)~([^/~]+)\.json$/.exec(key);
  const service = match?.[1];
  const [subject, holder] = match?.slice(2).map(decode) ?? [];
  return service === undefined || subject === undefined || holder === undefined
    ? undefined
    : { service, subject, holder };
};
