import { createRequire } from 'node:module';
import path from 'node:path';
import { constants, deflateRawSync } from 'node:zlib';
import { build, type BuildOptions, type Metafile } from 'esbuild';

export const ROOT = path.resolve(import.meta.dirname, '..');

const require = createRequire(import.meta.url);

interface Settings extends Omit<BuildOptions, 'plugins'> {
  readonly plugins: string;
  readonly exclude: readonly string[];
}

/** Those of infra/aws/esbuild.cjs, of which the packager keeps `exclude` for itself and reads the plugins' file. */
const { exclude: _, plugins, ...settings } = require('../infra/aws/esbuild.cjs') as Settings;

export interface Bundle {
  readonly code: string;
  readonly bytes: number;
  readonly zipBytes: number;
  readonly meta: Metafile;
}

/** As quickly as the packager compresses. */
const LEVEL = constants.Z_BEST_SPEED;
/** Two headers, the end of the directory, and the name twice. */
const ZIP_FRAME_BYTES = 200;

/** A file, or code that stands in the root of the project, bundled as the functions are when they are packaged. */
export const bundle = async (
  entry: { readonly file: string } | { readonly code: string },
  more: BuildOptions = {},
): Promise<Bundle> => {
  const source: BuildOptions =
    'file' in entry
      ? { entryPoints: [path.join(ROOT, entry.file)] }
      : { stdin: { contents: entry.code, resolveDir: ROOT, loader: 'ts' } };
  const { outputFiles, metafile } = await build({
    ...settings,
    plugins: require(path.join(ROOT, plugins)),
    ...source,
    ...more,
    absWorkingDir: ROOT,
    write: false,
    metafile: true,
  });
  const code = outputFiles[0]!.text;
  return {
    code,
    bytes: Buffer.byteLength(code),
    zipBytes: deflateRawSync(code, { level: LEVEL }).byteLength + ZIP_FRAME_BYTES,
    meta: metafile,
  };
};
