/** The part of a `package.json` that those who install it see. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly type: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const fromDist = (paths: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, path.replace(/^(\.\/)?dist\//, './')]));

/** What `dist/` says of itself as a package. It has no dependencies: the command is bundled, and the library needs none. */
export const shippedManifest = (own: Manifest): Manifest => {
  const { name, version, description, license, type, engines, bin, exports } = own;
  const shipped = Object.entries(exports).map(([entry, paths]) => [entry, fromDist(paths)] as const);
  return {
    name,
    version,
    description,
    license,
    type,
    engines,
    bin: fromDist(bin),
    exports: Object.fromEntries(shipped),
  };
};
