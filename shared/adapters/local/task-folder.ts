import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from './process-identity.ts';

/** What is on disk of a task, so that the next start of the server can end what this one could not. */
export interface TaskFile {
  readonly service: string;
  readonly createdAt: number;
  readonly stopTimeoutMs: number;
  /** The task's process, leader of its group; null before it runs and once it is gone. */
  readonly process: ProcessIdentity | null;
  readonly guard: ProcessIdentity | null;
}

const FOLDERS_KEPT_PER_SERVICE = 20;

const tasksFolder = (dataFolder: string): string => join(dataFolder, 'tasks');

/** Where everything about a task is kept: `process.json`, and what it printed in `output.log`. */
export const taskFolder = (dataFolder: string, taskId: string): string => join(tasksFolder(dataFolder), taskId);

/** At once or not at all: a server killed in the middle leaves the file as it was. */
export const writeTaskFile = (folder: string, file: TaskFile): void => {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'process.json');
  writeFileSync(`${path}.new`, `${JSON.stringify(file, null, 2)}\n`);
  renameSync(`${path}.new`, path);
};

/** Every task that left a folder, by id, the newest first. A folder without a readable file is passed over. */
export const readTaskFiles = (dataFolder: string): ReadonlyMap<string, TaskFile> => {
  mkdirSync(tasksFolder(dataFolder), { recursive: true });
  const files = readdirSync(tasksFolder(dataFolder)).flatMap((taskId) => {
    const file = readTaskFile(taskFolder(dataFolder, taskId));
    return file === undefined ? [] : [[taskId, file] as const];
  });
  return new Map(files.toSorted(([, a], [, b]) => b.createdAt - a.createdAt));
};

const readTaskFile = (folder: string): TaskFile | undefined => {
  try {
    return JSON.parse(readFileSync(join(folder, 'process.json'), 'utf8')) as TaskFile;
  } catch {
    return undefined;
  }
};

/** Removes the oldest folders of a service's tasks; never one whose process may still run. */
export const pruneTaskFolders = (dataFolder: string, service: string): void => {
  const own = [...readTaskFiles(dataFolder)].filter(([, file]) => file.service === service);
  for (const [taskId, file] of own.slice(FOLDERS_KEPT_PER_SERVICE)) {
    if (file.process === null) rmSync(taskFolder(dataFolder, taskId), { recursive: true, force: true });
  }
};
