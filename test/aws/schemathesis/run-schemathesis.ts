import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runCommand } from '../support/command.ts';
import { TOOLS_FOLDER, toolsIn } from '../support/python-tools.ts';

const DOCUMENT = resolve(import.meta.dirname, '../../../functions/openapi/document.json');
const CONFIGURATION = join(import.meta.dirname, 'schemathesis.toml');

export interface Target {
  readonly url: string;
  readonly key: string;
  /** By the clock of the target. */
  readonly now: number;
  /** For what schemathesis leaves behind. */
  readonly folder: string;
}

export interface Findings {
  readonly passed: boolean;
  /** How much was asked, in its words. */
  readonly extent: string;
  readonly output: string;
}

const HOUR_MS = 3_600_000;

/** Asks an HTTP API whatever the OpenAPI document allows, and much that it does not. */
export const runSchemathesis = async ({ url, key, now, folder }: Target): Promise<Findings> => {
  const config = join(folder, 'schemathesis.toml');
  const anHourAhead = new Date(now + HOUR_MS).toISOString();
  await writeFile(config, (await readFile(CONFIGURATION, 'utf8')).replaceAll('AN_HOUR_AHEAD', anHourAhead));
  const asked = ['run', DOCUMENT, '--url', url, '--header', `x-api-key: ${key}`, '--no-color'];
  const command = toolsIn(TOOLS_FOLDER).command('schemathesis');
  const { code, stdout, stderr } = await runCommand(command, ['--config-file', config, ...asked], { cwd: folder });
  const extent = /Test cases:\n\s+(.+)\n/.exec(stdout)?.[1] ?? 'nothing was asked';
  return { passed: code === 0, extent, output: stdout + stderr };
};
