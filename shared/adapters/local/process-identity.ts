import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { hasCode, ignoring } from './errno.ts';

/** One run of a program. A pid alone is reused; with the start time it names one process for ever. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Only to be compared: clock ticks since the machine started on Linux, epoch milliseconds elsewhere. */
  readonly startTime: number;
}

/** The identity of a process that runs now; `undefined` when there is none, or only a zombie. */
export const identify = async (pid: number): Promise<ProcessIdentity | undefined> => {
  const startTime = await (process.platform === 'linux' ? startTimeFromProc : startTimeFromPs)(pid);
  return startTime === undefined ? undefined : { pid, startTime };
};

/** Whether that very process still runs. A failure to find out rejects: nobody is presumed dead. */
export const isAlive = async ({ pid, startTime }: ProcessIdentity): Promise<boolean> =>
  (await identify(pid))?.startTime === startTime;

/** The identity of the process that asks. */
export const thisProcess = (): Promise<ProcessIdentity> => (self ??= identifySelf());

let self: Promise<ProcessIdentity> | undefined;

const identifySelf = async (): Promise<ProcessIdentity> => {
  const identity = await identify(process.pid);
  if (identity === undefined) throw new Error(`process ${process.pid} cannot see itself in the process table`);
  return identity;
};

const startTimeFromProc = async (pid: number): Promise<number | undefined> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(ignoring('ENOENT', 'ESRCH'));
  return stat === undefined ? undefined : startTimeInStat(stat);
};

const startTimeFromPs = async (pid: number): Promise<number | undefined> => {
  const options = { env: { LC_ALL: 'C', TZ: 'UTC' } };
  const shown = await promisify(execFile)('/bin/ps', ['-o', 'stat=,lstart=', '-p', String(pid)], options).catch(
    (error: unknown) => {
      // Exit status 1 is how ps says that there is no such process.
      if (hasCode(error, '1')) return undefined;
      throw error;
    },
  );
  return shown === undefined ? undefined : startTimeInPs(shown.stdout);
};

/** Reads `/proc/<pid>/stat`; `undefined` for a dead process. */
export const startTimeInStat = (stat: string): number | undefined => {
  // The name, in parentheses, may itself hold spaces and parentheses. Behind it the fields begin with the third.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): string => fields[number - 3] ?? '';
  // A killed process shows as a zombie while its last threads may still finish a system call: they have to be gone.
  const isDead = /^[ZXx]$/.test(field(3)) && Number(field(20)) <= 1;
  return isDead ? undefined : Number(field(22));
};

/** Reads a line of `ps -o stat=,lstart=`, printed in UTC; `undefined` for a zombie. */
export const startTimeInPs = (line: string): number | undefined => {
  const [, state, startedAt] = /^(\S+)\s+(.+)$/.exec(line.trim()) ?? [];
  return state?.startsWith('Z') ? undefined : Date.parse(`${startedAt} UTC`);
};
