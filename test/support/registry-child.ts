// Run as a process of its own: node registry-child.ts <data folder>; sees to its uploads until it is ended.
import { join } from 'node:path';
import { folderObjectStore } from '#shared/adapters/local/folder-object-store.ts';
import { systemClock } from '#shared/adapters/system-clock.ts';
import { localRegistry } from '../../infra/local/registry.ts';
import { recordedTelemetry } from './recorders.ts';

const [dataFolder = ''] = process.argv.slice(2);
const { start } = localRegistry({
  dataFolder,
  store: folderObjectStore(join(dataFolder, 'buckets', 'control')),
  apiKey: 'of nobody',
  baseUrl: () => 'http://127.0.0.1',
  clock: systemClock(),
  telemetry: {
    ...recordedTelemetry(),
    failure: (name, cause, fields) => process.stdout.write(`${name} ${String(cause)} ${JSON.stringify(fields)}\n`),
  },
  random: Math.random,
});
start();
process.stdout.write('watching\n');
