import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A value of YAML as it goes through JSON: maps keep their order, and what JSON has no word for is `other`. */
export type Told =
  | string
  | number
  | boolean
  | null
  | { readonly list: readonly Told[] }
  | { readonly map: readonly (readonly [Told, Told])[] }
  | { readonly other: string };

export interface ReadEntry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly size: number;
  readonly sha256: string;
}

/** What Python made of a package. */
export type Answer =
  | { readonly refused: string }
  | {
      readonly entries: readonly ReadEntry[];
      /** What `extractall` left on the disk: files with their digests, folders with a slash. */
      readonly unpacked: Readonly<Record<string, string>>;
      /** What it left outside of the folder it was given. */
      readonly beside: readonly string[];
      /** What `safe_load` reads in agent.yaml, if there is one. */
      readonly manifest: Told;
    };

export interface Oracle {
  /** Who answers. */
  readonly name: string;
  ask(archive: Uint8Array): Promise<Answer>;
  stop(): Promise<void>;
}

const framed = (archive: Uint8Array): Uint8Array => {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(archive.length);
  return Buffer.concat([header, archive]);
};

/** Python, in one process for all questions. It ends when its standard input does, hence with this process at the latest. */
export const startOracle = async (python: string): Promise<Oracle> => {
  const child = spawn(python, [join(import.meta.dirname, 'oracle.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const nextLine = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('Python ended before it answered');
    return JSON.parse(value);
  };
  await once(child, 'spawn');
  return {
    name: String(await nextLine()),
    ask: async (archive) => {
      child.stdin.write(framed(archive));
      return (await nextLine()) as Answer;
    },
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
};
