import { closeSync, fstatSync, openSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pruneTaskFolders, taskFolder, writeTaskFile, type TaskFile } from '#shared/adapters/local/task-folder.ts';
import { taskOutput } from '#shared/adapters/local/task-output.ts';
import { tempFolder } from '../support/temp-folder.ts';

const MIB = 1024 * 1024;
const ended: TaskFile = { service: 'echo', createdAt: 0, stopTimeoutMs: 1_000, process: null, guard: null };

describe('folders of tasks', () => {
  it('keep the last twenty of each service, and every one that may still run', async () => {
    const dataFolder = await tempFolder();
    const write = (taskId: string, file: Partial<TaskFile>): void =>
      writeTaskFile(taskFolder(dataFolder, taskId), { ...ended, ...file });
    for (let age = 0; age < 25; age += 1) write(`echo-${age}`, { createdAt: 1_000 - age });
    write('echo-running', { process: { pid: 1, startTime: 1 } });
    write('tcp-0', { service: 'tcp' });
    pruneTaskFolders(dataFolder, 'echo');
    const expected = Array.from({ length: 20 }, (_, age) => `echo-${age}`);
    expect((await readdir(join(dataFolder, 'tasks'))).toSorted()).toEqual(
      [...expected, 'echo-running', 'tcp-0'].toSorted(),
    );
  });
});

describe('the output of a task', () => {
  it('is cut into lines, however its bytes arrive', async () => {
    const lines: string[] = [];
    const output = taskOutput(await tempFolder(), (line) => lines.push(line));
    for (const byte of Buffer.from('grüezi\nwohl')) output.write('stdout', Buffer.of(byte));
    output.write('stderr', Buffer.from('apart'));
    output.close();
    expect(lines).toEqual(['grüezi', 'wohl']);
    expect(output.tail()).toBe('grüezi\nwohl\napart');
  });

  it('is kept to two files of five mebibytes, the newer one last', async () => {
    const folder = await tempFolder();
    const output = taskOutput(folder, () => undefined);
    for (let i = 0; i < 12; i += 1) output.write('stdout', Buffer.alloc(MIB, `${i}\n`));
    output.close();
    const [older, newer] = await Promise.all(['output.log.1', 'output.log'].map((name) => stat(join(folder, name))));
    expect([older?.size, newer?.size]).toEqual([5 * MIB, 2 * MIB]);
    expect(await readFile(join(folder, 'output.log'), 'utf8')).toMatch(/^10\n/);
  });

  it('is dropped while no file can be opened, and never goes to a file of somebody else', async () => {
    const folder = await tempFolder();
    const output = taskOutput(folder, () => undefined);
    const kept = (): Promise<string> => readFile(join(folder, 'output.log'), 'utf8');
    output.write('stdout', Buffer.alloc(5 * MIB, 'x'));
    await mkdir(join(folder, 'output.log.1', 'in the way'), { recursive: true });
    output.write('stdout', Buffer.from('lost\n'));
    const strangers = Array.from({ length: 5 }, (_, index) => openSync(join(folder, `stranger-${index}`), 'a+'));
    onTestFinished(() => strangers.forEach(closeSync));
    output.write('stdout', Buffer.from('lost too\n'));
    expect(strangers.map((stranger) => fstatSync(stranger).size)).toEqual([0, 0, 0, 0, 0]);
    await rm(join(folder, 'output.log.1'), { recursive: true });
    output.write('stdout', Buffer.from('kept again\n'));
    expect(await kept()).toBe('kept again\n');
    output.close();
    expect(output.tail()).toMatch(/lost\nlost too\nkept again$/);
  });

  it('can be closed while no file is open, and then stays closed', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'file'), '');
    const output = taskOutput(join(folder, 'file', 'task'), () => undefined);
    output.write('stderr', Buffer.from('words\n'));
    output.close();
    output.close();
    output.note('more words');
    expect(output.tail()).toBe('words\nmore words');
  });

  it('shows at most two thousand characters', async () => {
    const output = taskOutput(await tempFolder(), () => undefined);
    output.write('stderr', Buffer.from(`${'x'.repeat(5_000)}end\n`));
    expect(output.tail()).toMatch(/^x{1997}end$/);
    output.close();
  });
});
