import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { consoleTelemetry } from '#shared/adapters/local/console-telemetry.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import { telemetryContract } from './telemetry.contract.ts';

const kept = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

telemetryContract('lines for people', async () => {
  const dataFolder = await tempFolder();
  const lines: string[] = [];
  const print = (line: string): void => void lines.push(line);
  const telemetry = consoleTelemetry({ clock: virtualClock(), dataFolder, print, printFailure: print });
  return { telemetry, written: () => `${lines.join('\n')}\n${kept(join(dataFolder, 'audit.ndjson'))}` };
});
