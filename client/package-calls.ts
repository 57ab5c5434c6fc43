import { segment, type Connection } from './connection.ts';
import type { Download, Package, Release } from './replies.ts';
import { effortOf, expectBody, request, type Call, type CallOptions } from './requests.ts';

/** One version of a package. */
export interface ReleaseName {
  readonly developer: string;
  readonly name: string;
  readonly version: string;
}

const packagePath = (developer: string, name: string): string =>
  `/packages/${segment('developer', developer)}/${segment('name', name)}`;

const releasePath = ({ developer, name, version }: ReleaseName): string =>
  `${packagePath(developer, name)}/${segment('version', version)}`;

const get = (path: string): Call => ({ method: 'GET', path, isSafe: true });

export const packageOf = async (
  connection: Connection,
  { developer, name }: Omit<ReleaseName, 'version'>,
  options?: CallOptions,
): Promise<Package> =>
  expectBody<Package>(
    await request(connection, get(packagePath(developer, name)), effortOf(connection, options)),
    'name',
    'versions',
  );

export const release = async (connection: Connection, named: ReleaseName, options?: CallOptions): Promise<Release> =>
  expectBody<Release>(
    await request(connection, get(releasePath(named)), effortOf(connection, options)),
    'version',
    'sha256',
  );

export const download = async (connection: Connection, named: ReleaseName, options?: CallOptions): Promise<Download> =>
  expectBody<Download>(
    await request(connection, get(`${releasePath(named)}/download`), effortOf(connection, options)),
    'url',
    'sha256',
  );

export interface YankOptions extends CallOptions {
  readonly reason: string;
}

/** Each is a change of its own, with its reason and an entry in the audit: not repeated when nobody knows if it was done. */
const change =
  (what: 'yank' | 'unyank') =>
  async (connection: Connection, named: ReleaseName, { reason, ...options }: YankOptions): Promise<Release> => {
    const call: Call = { method: 'POST', path: `${releasePath(named)}/${what}`, body: { reason }, isSafe: false };
    return expectBody<Release>(await request(connection, call, effortOf(connection, options)), 'version', 'yanked');
  };

export const yank = change('yank');
export const unyank = change('unyank');
