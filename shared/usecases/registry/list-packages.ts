import type { PackageRow } from '#shared/domain/registry/projections.ts';
import { byText } from '#shared/domain/registry/text-order.ts';
import { readRegistryDocument } from './project.ts';
import type { RegistryDeps } from './deps.ts';

export interface PackagePage {
  /** By developer and name. */
  readonly packages: readonly PackageRow[];
  /** `developer/name`; null on the last page. */
  readonly next: string | null;
}

export interface ListPackagesInput {
  readonly limit: number;
  /** `developer/name`: what comes after it, whether or not it is still there. */
  readonly after: string | null;
}

const isAfter = ({ developer, name }: PackageRow, [afterDeveloper = '', afterName = '']: readonly string[]): boolean =>
  (byText(developer, afterDeveloper) || byText(name, afterName)) > 0;

/** What registry.json lists, in pages. */
export const listPackages =
  (deps: Pick<RegistryDeps, 'registry'>) =>
  async ({ limit, after }: ListPackagesInput): Promise<PackagePage> => {
    const all = (await readRegistryDocument(deps))?.packages ?? [];
    const found = after === null ? all : all.filter((row) => isAfter(row, after.split('/')));
    const packages = found.slice(0, limit);
    const last = packages.at(-1);
    return { packages, next: last && found.length > limit ? `${last.developer}/${last.name}` : null };
  };
