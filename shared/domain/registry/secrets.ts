import type { Archive, ArchiveEntry } from './archive/read-archive.ts';
import { passed, refused } from './checked.ts';
import type { SecretsPolicy } from './developer.ts';
import { assignmentsIn, findLiveSecrets, linesOf } from './live-secrets.ts';
import type { Checked, Details } from './verdict.ts';

type Files = Pick<Archive, 'entries' | 'contentOf'>;

/** Environments by name. Templates of one are meant to be passed on. */
const ENVIRONMENT = /(?:^|\/)(?:\.env(?:\.[^/]*)?|[^/]*\.env)$/i;
const TEMPLATE = /\.(?:example|sample|template|dist)$/i;

/** Other files at whose names secrets are usually found. Code is not among them: there are too many ways to write it. */
const USUAL_PLACE =
  /(?:^|\/)(?:[^/]*\.(?:pem|key|ppk)|id_(?:rsa|dsa|ecdsa|ed25519)|\.npmrc|\.pypirc|\.netrc|\.pgpass|\.git-credentials|credentials(?:\.json)?|service-account[^/]*\.json|secrets?\.(?:ya?ml|json|toml|ini))$|^(?:agent\.yaml|pak\.yaml|deploy\.json|mcp\.json|agents_config\.json|\.pixell\/package\.json)$/i;

/** No secret of these kinds is longer, and a bundle of certificates may well be. */
const BYTES_MAX = 64 * 1024;
const FILES_MAX = 256;
const WARNINGS_MAX = 20;
const SHOWN_NAME = 128;

/** Whether the name is that of an environment which is nobody's template. */
export const isEnvironmentName = (name: string): boolean => ENVIRONMENT.test(name) && !TEMPLATE.test(name);

const isEnvironment = ({ name }: ArchiveEntry): boolean => isEnvironmentName(name);

const mayHoldSecrets = ({ name, isFolder }: ArchiveEntry): boolean =>
  !isFolder && (ENVIRONMENT.test(name) || USUAL_PLACE.test(name));

const textOf = (files: Files, { name }: ArchiveEntry): string =>
  new TextDecoder().decode(files.contentOf(name) ?? new Uint8Array());

const isSet = (line: string): boolean => !line.trimStart().startsWith('#') && assignmentsIn(line).length > 0;

/** What is in one file, worst first. Never the value itself: verdicts are kept, sent and shown. */
interface Findings {
  readonly live: readonly Details[];
  /** The file is an environment with values in it. */
  readonly isSet: boolean;
}

const lookInto = (files: Files, entry: ArchiveEntry): Findings => {
  if (entry.size > BYTES_MAX) {
    const unread = { entry: entry.name, problem: 'too large to look into', actual: entry.size, limit: BYTES_MAX };
    return { live: isEnvironment(entry) ? [unread] : [], isSet: false };
  }
  const text = textOf(files, entry);
  const live = findLiveSecrets(text).map(({ line, what }) => ({ entry: entry.name, field: what, line }));
  return { live, isSet: isEnvironment(entry) && linesOf(text).some(isSet) };
};

const shortName = (name: string): string => (name.length > SHOWN_NAME ? `…${name.slice(-SHOWN_NAME)}` : name);

const liveWarning = ({ entry = '', field, line }: Details): string =>
  field === undefined
    ? `${shortName(entry)} is too large to look for secrets in it.`
    : `${shortName(entry)}, line ${line}: ${field} looks like a live secret. Whoever may read the package can read it.`;

const environmentWarning = (name: string): string =>
  `${shortName(name)} is in the package, with values: whoever may read the package can read them.`;

interface Looked extends Findings {
  readonly name: string;
}

const refusal = (looked: readonly Looked[], policy: SecretsPolicy): Details | undefined => {
  if (policy === 'warn') return undefined;
  const live = looked.flatMap((found) => found.live)[0];
  if (live || policy !== 'reject') return live;
  const environment = looked.find((found) => found.isSet);
  return environment && { entry: environment.name, problem: 'no environment may be in a package of this developer' };
};

/**
 * Looks for secrets where they are usually forgotten. The builder puts `.env` into every package, so by itself it is
 * no reason to refuse one. By policy: `auto` refuses live secrets and warns of environments with values, `reject`
 * refuses both, `warn` warns of both, `allow` does not look.
 */
export const checkSecrets = (files: Files, policy: SecretsPolicy): Checked<readonly string[]> => {
  if (policy === 'allow') return passed([]);
  const places = files.entries.filter(mayHoldSecrets);
  if (places.length > FILES_MAX && policy !== 'warn') {
    const problem = 'more files than are looked into, of the kind that holds secrets';
    return refused('SECRETS_FOUND', { actual: places.length, limit: FILES_MAX, problem });
  }
  const looked = places.slice(0, FILES_MAX).map((entry) => ({ name: entry.name, ...lookInto(files, entry) }));
  const details = refusal(looked, policy);
  if (details) return refused('SECRETS_FOUND', details);
  const live = looked.flatMap((found) => found.live).map(liveWarning);
  const environments = looked.filter((found) => found.isSet).map(({ name }) => environmentWarning(name));
  return passed([...live, ...environments].slice(0, WARNINGS_MAX));
};
