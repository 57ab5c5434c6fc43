import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { offeredBy, type Offered, type ReadObject } from './registry.ts';
import type { Unpack } from './unpack.ts';

/** A package that runs here. */
export interface Agent extends Offered {
  readonly folder: string;
  /** `module:function`, or `null` when its manifest names none. */
  readonly entrypoint: string | null;
}

export interface InstallOptions {
  readonly read: ReadObject;
  readonly folder: string;
  readonly unpack: Unpack;
  readonly tell: (line: string) => void;
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const install = async (offered: Offered, { read, folder, unpack }: InstallOptions): Promise<Agent> => {
  const bytes = await read(offered.key);
  if (bytes === undefined) throw new Error(`${offered.key} is not there`);
  const actual = sha256Of(bytes);
  if (actual !== offered.sha256) throw new Error(`${offered.key} is not what the index says it is: ${actual}`);
  const [target, unpacking] = [join(folder, actual), join(folder, `${actual}.new`)];
  await rm(unpacking, { recursive: true, force: true });
  await mkdir(unpacking, { recursive: true });
  const file = `${unpacking}.apkg`;
  await writeFile(file, bytes);
  await unpack(file, bytes, unpacking);
  await rm(file);
  await rm(target, { recursive: true, force: true });
  // Whole or not at all.
  await rename(unpacking, target);
  const manifest: unknown = parse(await readFile(join(target, 'agent.yaml'), 'utf8'));
  const { entrypoint } = manifest as { readonly entrypoint?: string };
  return { ...offered, folder: target, entrypoint: entrypoint ?? null };
};

const idOf = ({ developer, name }: Pick<Offered, 'developer' | 'name'>): string => `${developer}/${name}`;

/** What runs here follows what the index offers, each time that it is looked at. */
export const installedAgents = (options: InstallOptions) => {
  const agents = new Map<string, Agent>();
  return {
    agents: (): readonly Agent[] => [...agents.values()],
    find: (developer: string, name: string): Agent | undefined => agents.get(idOf({ developer, name })),

    /** Throws when the index cannot be read; a package that cannot be installed is told of, and the others are. */
    follow: async (): Promise<void> => {
      const offered = new Map((await offeredBy(options.read)).map((one) => [idOf(one), one]));
      for (const [id, agent] of agents) {
        if (offered.get(id)?.sha256 === agent.sha256) continue;
        agents.delete(id);
        options.tell(`gone: ${id} ${agent.version}`);
      }
      for (const [id, one] of offered) {
        if (agents.has(id)) continue;
        try {
          agents.set(id, await install(one, options));
          options.tell(`running: ${id} ${one.version}`);
        } catch (error) {
          options.tell(`refused: ${id} ${one.version}: ${(error as Error).message}`);
        }
      }
    },
  };
};
