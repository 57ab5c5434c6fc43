import { statSync } from 'node:fs';
import { join } from 'node:path';
import { consoleTelemetry } from '#shared/adapters/local/console-telemetry.ts';
import { fileAnnouncer } from '#shared/adapters/local/file-announcer.ts';
import { folderObjectStore } from '#shared/adapters/local/folder-object-store.ts';
import { folderRegistryStore } from '#shared/adapters/local/folder-versioned-objects.ts';
import { nodeCodec } from '#shared/adapters/node-codec.ts';
import { systemClock } from '#shared/adapters/system-clock.ts';
import { yamlTree } from '#shared/adapters/yaml-tree.ts';
import type { Telemetry } from '#shared/ports/telemetry.ts';
import { registryOn, type JudgingDeps } from '#shared/usecases/registry/deps.ts';
import { Failure } from '../failure.ts';

/** The registry in a data folder, beside its server or without one: what either does holds for both. */
export const localDeps = (dataFolder: string, telemetry: Telemetry): JudgingDeps => {
  const root = join(dataFolder, 'buckets', 'registry');
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
    const fix = 'give --data, or for a registry on AWS --aws';
    throw new Failure('usage', `${dataFolder} is no data folder of local mode`, { code: 'no-data-folder', fix });
  }
  const clock = systemClock();
  const { audit } = consoleTelemetry({ clock, dataFolder, print: () => undefined, printFailure: () => undefined });
  const ports = {
    registry: folderRegistryStore(root),
    store: folderObjectStore(join(dataFolder, 'buckets', 'control')),
    codec: nodeCodec(),
    yaml: yamlTree(),
    announcer: fileAnnouncer(dataFolder),
    clock,
    telemetry: { ...telemetry, audit },
    random: Math.random,
  };
  return registryOn(ports, { unregistered: 'allow', uploader: null });
};
