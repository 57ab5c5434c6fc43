import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TOOLS_FOLDER, toolsIn } from '../support/python-tools.ts';

/** The names of what there is, by kind. */
export type Inventory = Readonly<Record<string, readonly string[]>>;

/** What inventory.py tells: of everything, or of one stack. */
export const look = async (endpoint: string, ...stacks: readonly string[]): Promise<any> => {
  const script = join(import.meta.dirname, 'inventory.py');
  const { python } = toolsIn(TOOLS_FOLDER);
  const { stdout } = await promisify(execFile)(python, [script, endpoint, ...stacks], { maxBuffer: 2 ** 24 });
  return JSON.parse(stdout);
};

export const inventoryOf = (endpoint: string): Promise<Inventory> => look(endpoint);
