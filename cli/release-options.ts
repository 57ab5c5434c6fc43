import { Argument, InvalidArgumentError } from 'commander';
import { DEVELOPER_PATTERN, PACKAGE_NAME_PATTERN } from '#shared/domain/registry/registry-keys.ts';
import { isVersion } from '#shared/domain/registry/semver.ts';

/** A package, and one version of it where that is named. */
export interface NamedPackage {
  readonly developer: string;
  readonly name: string;
  readonly version: string | undefined;
}

export interface NamedRelease extends NamedPackage {
  readonly version: string;
}

const packageIn = (text: string): NamedPackage | undefined => {
  // A developer may have an @ in the name, a package may not.
  const [, developer = '', name = '', version] = /^([^/]+)\/([^/@]+)(?:@(.+))?$/.exec(text) ?? [];
  const isNamed = DEVELOPER_PATTERN.test(developer) && PACKAGE_NAME_PATTERN.test(name);
  return isNamed && (version === undefined || isVersion(version)) ? { developer, name, version } : undefined;
};

const readPackage = (text: string): NamedPackage => {
  const named = packageIn(text);
  if (named) return named;
  throw new InvalidArgumentError('It must be like acme/hello or acme/hello@1.4.2.');
};

const readRelease = (text: string): NamedRelease => {
  const named = packageIn(text);
  if (named?.version !== undefined) return { ...named, version: named.version };
  throw new InvalidArgumentError('It must be like acme/hello@1.4.2.');
};

export const packageNameArgument = (): Argument =>
  new Argument('[package]', 'developer/name, or developer/name@version').argParser(readPackage);

export const releaseArgument = (): Argument =>
  new Argument('<release>', 'developer/name@version').argParser(readRelease);
