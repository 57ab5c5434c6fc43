import { DEFAULT_LIMITS, LIMITS_FACTOR, type Limits } from './limits.ts';
import { isCount, isFields, isText, readInstant, type Fields } from './shape.ts';
import { isKeyId, readPublicKey, type SigningKey } from './signature.ts';

export type SignaturePolicy = 'required' | 'optional';
export type SecretsPolicy = 'auto' | 'reject' | 'warn' | 'allow';

/** Who may publish under a name, and on what terms. */
export interface Developer {
  /** Unique ids of users and roles: names and ARNs can be given to somebody else. */
  readonly principals: readonly string[];
  readonly keys: readonly SigningKey[];
  readonly signature: SignaturePolicy;
  readonly secrets: SecretsPolicy;
  readonly limits: Limits;
}

/** For whoever is not registered, where that is allowed. */
export const UNREGISTERED: Developer = {
  principals: [],
  keys: [],
  signature: 'optional',
  secrets: 'auto',
  limits: DEFAULT_LIMITS,
};

/** What is wrong with a document, for the operator who wrote it. */
export type DeveloperReading =
  | { readonly ok: true; readonly developer: Developer }
  | { readonly ok: false; readonly problem: string };

const PRINCIPAL = /^[A-Z0-9]{12,128}$/;

/** The unique id in what an event says of who acted: a session's name and the service's are no part of it. */
export const principalOf = (principalId: string): string => principalId.replace(/^AWS:/, '').split(':')[0] ?? '';

export const isOwnedBy = ({ principals }: Developer, principalId: string): boolean =>
  principals.includes(principalOf(principalId));

const isPrincipals = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((entry) => isText(entry) && PRINCIPAL.test(entry));

const readWindow = ({ notBefore, notAfter }: Fields): Pick<SigningKey, 'notBefore' | 'notAfter'> | undefined => {
  const from = readInstant(notBefore);
  const until = notAfter === null ? null : readInstant(notAfter);
  if (from === undefined || until === undefined) return undefined;
  return until !== null && until <= from ? undefined : { notBefore: from, notAfter: until };
};

const readKey = (value: unknown): SigningKey | undefined => {
  if (!isFields(value)) return undefined;
  const { id, publicKey } = value as Readonly<Record<keyof SigningKey, unknown>>;
  const window = readWindow(value);
  const isKey = isText(id) && isKeyId(id) && isText(publicKey) && readPublicKey(publicKey);
  return isKey && window ? { id, publicKey, ...window } : undefined;
};

const readKeys = (value: unknown): readonly SigningKey[] | undefined => {
  if (!Array.isArray(value)) return undefined;
  const keys = value.map(readKey).filter((key) => key !== undefined);
  const isUnique = new Set(keys.map(({ id }) => id)).size === keys.length;
  return isUnique && keys.length === value.length ? keys : undefined;
};

const isLimitName = (name: string): name is keyof Limits => Object.hasOwn(DEFAULT_LIMITS, name);

const isLimit = ([name, value]: readonly [string, unknown]): boolean =>
  isLimitName(name) && isCount(value, 1) && value <= LIMITS_FACTOR * DEFAULT_LIMITS[name];

const readLimits = (value: unknown): Limits | undefined =>
  isFields(value) && Object.entries(value).every(isLimit) ? { ...DEFAULT_LIMITS, ...value } : undefined;

const oneOf = <T extends string>(words: readonly T[], value: unknown): T | undefined =>
  words.find((word) => word === value);

const refused = (problem: string): DeveloperReading => ({ ok: false, problem });

const POLICIES: readonly SignaturePolicy[] = ['required', 'optional'];
const SECRETS: readonly SecretsPolicy[] = ['auto', 'reject', 'warn', 'allow'];

const LIMITS_PROBLEM = `limits are not whole numbers, up to ${LIMITS_FACTOR} times the usual, by the names ${Object.keys(DEFAULT_LIMITS).join(', ')}`;

const readFields = (value: Fields): DeveloperReading => {
  const { principals, ...rest } = value as Readonly<Record<keyof Developer, unknown>>;
  const keys = readKeys(rest.keys);
  const signature = oneOf(POLICIES, rest.signature);
  const secrets = oneOf(SECRETS, rest.secrets);
  const limits = readLimits(rest.limits);
  if (!isPrincipals(principals)) return refused('principals are not a list of unique ids');
  if (!keys) return refused('keys are not a list of signing keys with different ids and possible windows');
  if (!signature) return refused(`signature is none of ${POLICIES.join(', ')}`);
  if (!secrets) return refused(`secrets is none of ${SECRETS.join(', ')}`);
  if (!limits) return refused(LIMITS_PROBLEM);
  if (signature === 'required' && keys.length === 0) return refused('signatures are required, and there is no key');
  return { ok: true, developer: { principals, keys, signature, secrets, limits } };
};

/**
 * What a developer's document says. Nothing may be left out, so that a misspelt field cannot loosen a policy; a
 * document that is not as it must be is the operator's to mend, and nothing is published until then.
 */
export const readDeveloper = (value: unknown): DeveloperReading =>
  isFields(value) && value['schema'] === 1 ? readFields(value) : refused('it is not a document of schema 1');
