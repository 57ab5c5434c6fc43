import { isEnvironmentName } from '#shared/domain/registry/secrets.ts';

/** What no package needs: of tools, of builds, and packages themselves. */
const OF_TOOLS =
  /^(?:\.git|\.hg|\.svn|\.idea|\.vscode|\.nightporter|node_modules|__pycache__|\.venv|venv|\.tox|\.mypy_cache|\.pytest_cache|\.ruff_cache|\.DS_Store|Thumbs\.db|desktop\.ini|.*\.py[co]|.*\.apkg(?:\.sha256|\.sig)?)$/i;

/** Private by their names alone. Whoever may read a package can read them. */
const PRIVATE =
  /^(?:.*\.(?:pem|key|ppk|p12|pfx)|id_(?:rsa|dsa|ecdsa|ed25519)|\.npmrc|\.pypirc|\.netrc|\.pgpass|\.git-credentials|\.aws|\.ssh)$/i;

export interface PackingRules {
  /** Environments are packed as the builder does it. */
  readonly withEnvironment: boolean;
  /** Paths, with slashes, of files and folders that somebody does not want. */
  readonly excluded: readonly string[];
}

export type LeftOut = 'of tools' | 'private' | 'excluded';

/** Why a file or folder is not packed; `undefined`: it is. */
export const leftOut = (path: string, { withEnvironment, excluded }: PackingRules): LeftOut | undefined => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (excluded.includes(path)) return 'excluded';
  if (OF_TOOLS.test(name)) return 'of tools';
  const isPrivate = PRIVATE.test(name) || (isEnvironmentName(path) && !withEnvironment);
  return isPrivate ? 'private' : undefined;
};
