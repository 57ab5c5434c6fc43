import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;

/** Signals every process of a group (0 only asks); false when nobody is left to hear it. */
export const signalGroup = (leaderPid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(-leaderPid, signal);
  } catch (error) {
    // macOS says EPERM of a group in which only zombies are left.
    if (error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM')) return false;
    throw error;
  }
};

/** Kills the group and waits until it is gone: until then it may still hold the port. */
export const killGroup = async (leaderPid: number, patienceMs = 1_000): Promise<void> => {
  const giveUpAt = Date.now() + patienceMs;
  // Bounded, for where nobody reaps orphans their zombies count as members for ever.
  while (signalGroup(leaderPid, 'SIGKILL') && Date.now() < giveUpAt) await sleep(POLL_MS);
};
