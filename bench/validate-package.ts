// Hashes and validates one package, as the processor does, and prints what that took: node validate-package.ts <package>
import { readFileSync } from 'node:fs';
import { nodeCodec } from '#shared/adapters/node-codec.ts';
import { yamlTree } from '#shared/adapters/yaml-tree.ts';
import { readArchive } from '#shared/domain/registry/archive/read-archive.ts';
import { DEFAULT_LIMITS } from '#shared/domain/registry/limits.ts';
import { readManifest } from '#shared/domain/registry/manifest.ts';

const bytes = readFileSync(process.argv[2] ?? '');
const codec = nodeCodec();
const sha256 = codec.sha256(bytes);
const archive = readArchive(bytes, codec, DEFAULT_LIMITS);
if (!archive.ok) throw new Error(`refused: ${JSON.stringify(archive.fault)}`);
const manifest = readManifest(archive.value, yamlTree(), { ...DEFAULT_LIMITS, secrets: 'auto' });
if (!manifest.ok) throw new Error(`refused: ${JSON.stringify(manifest.fault)}`);
const { name, version } = manifest.value;
const peakMiB = process.resourceUsage().maxRSS / 1_024;
console.log(JSON.stringify({ name, version, sha256, entries: archive.value.entries.length, peakMiB }));
