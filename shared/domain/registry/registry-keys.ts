import { isVersion } from './semver.ts';

/** The layout of the registry's bucket: keys are built and read here, and nowhere else. */

export interface PackageId {
  readonly developer: string;
  readonly name: string;
}

export interface ReleaseId extends PackageId {
  readonly version: string;
}

export type UploadKind = 'package' | 'checksum' | 'signature';

/** What arrives for a package: the package, or what goes with it. */
export interface UploadKey {
  readonly developer: string;
  /** The package's file name without `.apkg`. */
  readonly file: string;
  readonly kind: UploadKind;
}

const UPLOAD_SUFFIXES = { package: '.apkg', checksum: '.apkg.sha256', signature: '.apkg.sig' } as const;

const RELEASE_FILES = {
  package: 'package.apkg',
  checksum: 'package.sha256',
  signature: 'package.sig',
  release: 'release.json',
  status: 'status.json',
} as const;

const PACKAGE_FILES = { index: 'index.json', latest: 'latest' } as const;

export type ReleaseFile = keyof typeof RELEASE_FILES;
export type PackageFile = keyof typeof PACKAGE_FILES;

/** As the name of a user or role may be. Begins with a letter or digit: never `..`, nor hidden. */
export const DEVELOPER_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._@+=,-]{0,63}$/;
export const UPLOAD_FILE_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;
/** Wider than what a package may be called: what lies in the bucket was judged when it was put there. */
export const PACKAGE_NAME_PATTERN = /^[a-z][a-z0-9-]{0,63}$/;

const RESULT_SUFFIX = '.json';
const LONGEST_KEY = 1024;

export const isDeveloper = (text: string): boolean => DEVELOPER_PATTERN.test(text);
const isUploadFile = (text: string): boolean => UPLOAD_FILE_PATTERN.test(text);

/** Throws at a bug: no key outside its place is ever built, whatever slipped through before. */
const part = (isPart: (text: string) => boolean, text: string): string => {
  if (!isPart(text)) throw new Error(`not a part of a key: ${JSON.stringify(text)}`);
  return text;
};

const isName = (text: string): boolean => PACKAGE_NAME_PATTERN.test(text);

const packageFolder = ({ developer, name }: PackageId): string =>
  `packages/${part(isDeveloper, developer)}/${part(isName, name)}/`;

const releaseFolder = (id: ReleaseId): string => `${packageFolder(id)}${part(isVersion, id.version)}/`;

export const registryKeys = {
  uploads: 'uploads/',
  uploadsOf: (developer: string): string => `uploads/${part(isDeveloper, developer)}/`,
  upload: ({ developer, file, kind }: UploadKey): string =>
    `uploads/${part(isDeveloper, developer)}/${part(isUploadFile, file)}${UPLOAD_SUFFIXES[kind]}`,
  packages: 'packages/',
  packagesOf: (developer: string): string => `packages/${part(isDeveloper, developer)}/`,
  releasesOf: packageFolder,
  ofPackage: (id: PackageId, file: PackageFile): string => `${packageFolder(id)}${PACKAGE_FILES[file]}`,
  ofRelease: (id: ReleaseId, file: ReleaseFile): string => `${releaseFolder(id)}${RELEASE_FILES[file]}`,
  registry: 'index/registry.json',
  developers: 'index/developers.json',
  results: 'results/',
  result: ({ developer, file }: Pick<UploadKey, 'developer' | 'file'>): string =>
    `results/${part(isDeveloper, developer)}/${part(isUploadFile, file)}${RESULT_SUFFIX}`,
} as const;

/** Which file has this ending; the longest one first, as the table has them. */
const fileNamed = <K extends string>(files: Readonly<Record<K, string>>, name: string): K | undefined =>
  (Object.keys(files) as K[]).find((kind) => files[kind] === name);

/** A key as an event names it: form-encoded. `undefined` for what nobody encoded so. */
export const decodeEventKey = (encoded: string): string | undefined => {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
};

const UPLOAD = /^uploads\/([^/]+)\/([^/]+?)(\.apkg(?:\.sha256|\.sig)?)$/;

/** What an upload is, by its decoded key; `undefined` for a key that no upload may have. */
export const parseUploadKey = (key: string): UploadKey | undefined => {
  const [, developer = '', file = '', suffix = ''] = UPLOAD.exec(key) ?? [];
  const kind = fileNamed<UploadKind>(UPLOAD_SUFFIXES, suffix);
  return kind && isDeveloper(developer) && isUploadFile(file) ? { developer, file, kind } : undefined;
};

/** Whose upload it is, as far as the key tells, even when it is no upload's key otherwise. */
export const developerOf = (key: string): string | undefined => {
  const developer = /^uploads\/([^/]+)\//.exec(key)?.[1] ?? '';
  return isDeveloper(developer) ? developer : undefined;
};

/** What is wrong with a key that is no upload's, in the words of a verdict. */
export const uploadKeyProblem = (key: string): string => {
  if (developerOf(key) === undefined) return 'no developer can be called that';
  if (key.endsWith('/')) return 'it is a folder';
  if (key.split('/').length > 3) return 'it has folders below the developer’s';
  if (!/\.apkg(\.sha256|\.sig)?$/.test(key)) return 'it ends neither in .apkg nor in .apkg.sha256 or .apkg.sig';
  return 'the file’s name is too long, or has characters that are not allowed';
};

/**
 * The upload that a checksum or signature was meant for when it was put below a folder that is none of the
 * registry's, as happens when a path is pasted where a file's name was due.
 */
export const strayCompanion = (key: string): UploadKey | undefined => {
  const [uploads, developer, ...path] = key.split('/');
  const meant = parseUploadKey(`${uploads}/${developer}/${path.at(-1)}`);
  return path.length > 1 && meant && meant.kind !== 'package' ? meant : undefined;
};

/**
 * Where the verdict on any key lies, those of companions and of impossible ones too: apart from the verdicts on
 * packages, since no package's file begins with a tilde. `undefined` when no developer is named, or the key is too long to be quoted.
 */
export const resultKey = (key: string): string | undefined => {
  const parsed = parseUploadKey(key);
  if (parsed?.kind === 'package') return registryKeys.result(parsed);
  const developer = developerOf(key);
  if (developer === undefined || !key.isWellFormed()) return undefined;
  const quoted = encodeURIComponent(key.slice(registryKeys.uploadsOf(developer).length));
  const result = `${registryKeys.results}${developer}/~${quoted}${RESULT_SUFFIX}`;
  return result.length > LONGEST_KEY ? undefined : result;
};

const RELEASE = /^packages\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)$/;
const PACKAGE = /^packages\/([^/]+)\/([^/]+)\/([^/]+)$/;

export const parseReleaseKey = (key: string): (ReleaseId & { readonly file: ReleaseFile }) | undefined => {
  const [, developer = '', name = '', version = '', last = ''] = RELEASE.exec(key) ?? [];
  const file = fileNamed<ReleaseFile>(RELEASE_FILES, last);
  const isId = isDeveloper(developer) && isName(name) && isVersion(version);
  return file && isId ? { developer, name, version, file } : undefined;
};

/** What nobody ever writes again; the status of a release is the one file of it that changes. */
export const isWrittenOnce = (key: string): boolean => {
  const release = parseReleaseKey(key);
  return release !== undefined && release.file !== 'status';
};

export const parsePackageKey = (key: string): (PackageId & { readonly file: PackageFile }) | undefined => {
  const [, developer = '', name = '', last = ''] = PACKAGE.exec(key) ?? [];
  const file = fileNamed<PackageFile>(PACKAGE_FILES, last);
  return file && isDeveloper(developer) && isName(name) ? { developer, name, file } : undefined;
};

export const parseResultKey = (key: string): Pick<UploadKey, 'developer' | 'file'> | undefined => {
  const [, developer = '', file = ''] = /^results\/([^/]+)\/([^/]+)\.json$/.exec(key) ?? [];
  return isDeveloper(developer) && isUploadFile(file) ? { developer, file } : undefined;
};
