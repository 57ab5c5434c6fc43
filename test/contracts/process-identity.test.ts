import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  identify,
  isAlive,
  startTimeInPs,
  startTimeInStat,
  thisProcess,
} from '#shared/adapters/local/process-identity.ts';
import { startChild } from '../support/child-process.ts';
import { tempFolder } from '../support/temp-folder.ts';

describe('the identity of a process', () => {
  it('is alive for the process that asks', async () => {
    const self = await thisProcess();
    expect(self.pid).toBe(process.pid);
    expect(await isAlive(self)).toBe(true);
  });

  it('is not that of a process which has the pid later', async () => {
    const self = await thisProcess();
    expect(await isAlive({ ...self, startTime: self.startTime - 1 })).toBe(false);
  });

  it('dies with its process', async () => {
    const child = startChild('object-store-child.ts', 'churn', await tempFolder());
    const identity = await identify(child.pid ?? 0);
    expect(identity && (await isAlive(identity))).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(identity && (await isAlive(identity))).toBe(false);
    expect(await identify(child.pid ?? 0)).toBeUndefined();
  });
});

const stat = ({ name = 'node', state = 'S', threads = 11 }) =>
  `42 (${name}) ${state} 1 42 42 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 ${threads} 0 123456 1000 200 18446744073709551615`;

describe('what /proc says of a process', () => {
  it.each([
    ['a name', { name: 'node' }, 123456],
    ['a name that looks like more fields', { name: 'a) Z 1 (b' }, 123456],
    ['a process that runs', { state: 'R' }, 123456],
    ['a process that is stopped', { state: 'T' }, 123456],
    ['a zombie', { state: 'Z', threads: 1 }, undefined],
    ['a zombie with a thread still at work', { state: 'Z', threads: 2 }, 123456],
  ])('is understood for %s', (_, process, startTime) => {
    expect(startTimeInStat(stat(process))).toBe(startTime);
  });
});

describe('what ps says of a process', () => {
  it.each([
    ['a process that runs', 'Ss   Thu Oct  2 10:00:00 2025\n', Date.UTC(2025, 9, 2, 10)],
    ['a zombie', 'Z+   Thu Oct  2 10:00:00 2025\n', undefined],
  ])('is understood for %s', (_, line, startTime) => {
    expect(startTimeInPs(line)).toBe(startTime);
  });

  it.skipIf(!existsSync('/bin/ps'))('is understood as the ps of this machine prints it', () => {
    const env = { LC_ALL: 'C', TZ: 'UTC' };
    const line = execFileSync('/bin/ps', ['-o', 'stat=,lstart=', '-p', String(process.pid)], { env, encoding: 'utf8' });
    const startedAt = Date.now() - process.uptime() * 1000;
    expect(Math.abs((startTimeInPs(line) ?? 0) - startedAt)).toBeLessThan(60_000);
  });
});
