import { yamlTree } from '#shared/adapters/yaml-tree.ts';
import { readManifest, type Manifest, type ManifestRules } from '#shared/domain/registry/manifest.ts';
import type { Checked } from '#shared/domain/registry/verdict.ts';

type Contents = Readonly<Record<string, string | Uint8Array>>;

const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content;

/** An archive's files and folders without the archive around them. */
export const filesOf = (contents: Contents) => ({
  entries: Object.entries(contents).map(([name, content]) => ({
    name,
    isFolder: name.endsWith('/'),
    size: bytesOf(content).length,
  })),
  contentOf: (name: string): Uint8Array | undefined => {
    const content = name.endsWith('/') ? undefined : contents[name];
    return content === undefined ? undefined : bytesOf(content);
  },
});

export const manifestOf = (contents: Contents, rules: Partial<ManifestRules> = {}): Checked<Manifest> =>
  readManifest(filesOf(contents), yamlTree(), { secrets: 'auto', manifestBytes: 65_536, ...rules });
