import { beforeEach, describe, expect, it } from 'vitest';
import type { Observed, Task, TaskStatus } from '#shared/domain/lifecycle/observed.ts';
import type { Fleet } from '#shared/ports/fleet.ts';

/** A fleet with two services at desired count 0, and a way to let its time pass. */
interface FleetUnderTest {
  readonly fleet: Fleet;
  /** Its tasks start, pass their health check and listen somewhere. */
  readonly sound: string;
  /** Its tasks end by themselves, with exit code 1, soon after they started. */
  readonly crashing: string;
  /** Real time, or simulated. */
  readonly letPass: (durationMs: number) => Promise<void>;
}

export interface FleetContract {
  readonly name: string;
  readonly make: () => Promise<FleetUnderTest>;
}

const STATUSES: readonly TaskStatus[] = [
  'PROVISIONING',
  'PENDING',
  'ACTIVATING',
  'RUNNING',
  'DEACTIVATING',
  'STOPPING',
  'DEPROVISIONING',
  'STOPPED',
];
const STEP_MS = 50;
const STEPS_ALLOWED = 400;

/** What every fleet promises: the port's comment, as examples. Reads may be stale, so most of it holds eventually. */
export const fleetContract = ({ name, make }: FleetContract): void => {
  describe(`fleet: ${name}`, () => {
    let fleet: Fleet;
    let sound: string;
    let crashing: string;
    let letPass: FleetUnderTest['letPass'];
    beforeEach(async () => {
      ({ fleet, sound, crashing, letPass } = await make());
    });

    const observe = async (service: string): Promise<Observed> => {
      const observed = (await fleet.observe([service])).get(service);
      if (observed === undefined) throw new Error(`${service} is not observed`);
      return observed;
    };
    const until = async (service: string, holds: (observed: Observed) => boolean): Promise<Observed> => {
      let observed = await observe(service);
      for (let step = 0; step < STEPS_ALLOWED && !holds(observed); step += 1) {
        await letPass(STEP_MS);
        observed = await observe(service);
      }
      if (!holds(observed)) throw new Error(`never came about: ${JSON.stringify(observed, null, 2)}`);
      return observed;
    };
    const running = (service: string): Promise<Observed> => until(service, ({ runningCount }) => runningCount === 1);
    const stopped = (service: string): Promise<Observed> =>
      until(service, ({ tasks }) => tasks.every(({ lastStatus }) => lastStatus === 'STOPPED'));

    describe('reading', () => {
      it('lists every managed service, with its tags and when it was created', async () => {
        const listed = await fleet.list();
        expect(listed.map(({ service }) => service).toSorted()).toEqual([sound, crashing].toSorted());
        const { createdAt, tags } = await observe(sound);
        expect(listed).toContainEqual(expect.objectContaining({ service: sound, createdAt, tags }));
      });

      it('leaves services that do not exist out of the answer', async () => {
        expect([...(await fleet.observe(['no-such-service', sound])).keys()]).toEqual([sound]);
      });

      it('answers nothing when asked for nothing', async () => {
        expect((await fleet.observe([])).size).toBe(0);
      });

      it('shows a service that nobody wants as empty', async () => {
        expect(await observe(sound)).toMatchObject({ desiredCount: 0, runningCount: 0, pendingCount: 0, tasks: [] });
      });
    });

    describe('starting', () => {
      it('answers before any task runs, and a task follows', async () => {
        await fleet.setDesiredCount(sound, 1);
        expect((await observe(sound)).runningCount).toBe(0);
        const { desiredCount, tasks } = await running(sound);
        expect(desiredCount).toBe(1);
        expect(tasks).toMatchObject([
          { lastStatus: 'RUNNING', desiredStatus: 'RUNNING', stoppedAt: null, stopCode: null },
        ]);
      });

      it('tells where clients connect once that is known, and not before', async () => {
        await fleet.setDesiredCount(sound, 1);
        const seen: Task[] = [];
        await until(sound, ({ tasks }) => {
          seen.push(...tasks);
          return tasks.some(({ endpoint }) => endpoint !== null);
        });
        const provisioning = seen.filter(({ lastStatus }) => lastStatus === 'PROVISIONING');
        expect(provisioning.every(({ endpoint }) => endpoint === null)).toBe(true);
      });

      it('calls a task healthy once its health check has passed', async () => {
        await fleet.setDesiredCount(sound, 1);
        const healthy = await until(sound, ({ tasks }) => tasks[0]?.health === 'HEALTHY');
        expect(healthy.hasHealthCheck).toBe(true);
      });

      it('starts one task, however often one is wanted', async () => {
        await Promise.all([1, 2, 3].map(() => fleet.setDesiredCount(sound, 1)));
        await running(sound);
        await fleet.setDesiredCount(sound, 1);
        await letPass(500);
        expect((await observe(sound)).tasks).toHaveLength(1);
      });

      it('leaves other services alone', async () => {
        await fleet.setDesiredCount(sound, 1);
        await running(sound);
        expect(await observe(crashing)).toMatchObject({ desiredCount: 0, tasks: [] });
      });

      it('refuses a service that does not exist', async () => {
        await expect(fleet.setDesiredCount('no-such-service', 1)).rejects.toThrow();
      });
    });

    describe('stopping', () => {
      it('stops the task, and keeps it with the code and the reason of its end', async () => {
        await fleet.setDesiredCount(sound, 1);
        const [before] = (await running(sound)).tasks;
        await fleet.setDesiredCount(sound, 0);
        const { runningCount, tasks } = await stopped(sound);
        expect(runningCount).toBe(0);
        expect(tasks).toMatchObject([
          { id: before?.id, desiredStatus: 'STOPPED', stopCode: 'ServiceSchedulerInitiated' },
        ]);
        expect(tasks[0]?.stoppedReason).toBeTruthy();
        expect(tasks[0]?.stoppedAt).toBeGreaterThanOrEqual(before?.startedAt ?? NaN);
      });

      it('never shows a task in an earlier status than before', async () => {
        const seen: TaskStatus[] = [];
        const watch = ({ tasks }: Observed): void => void seen.push(...tasks.map(({ lastStatus }) => lastStatus));
        await fleet.setDesiredCount(sound, 1);
        await until(sound, (observed) => (watch(observed), observed.runningCount === 1));
        await fleet.setDesiredCount(sound, 0);
        await until(sound, (observed) => (watch(observed), observed.tasks[0]?.lastStatus === 'STOPPED'));
        expect(seen).toEqual(seen.toSorted((a, b) => STATUSES.indexOf(a) - STATUSES.indexOf(b)));
      });

      it('starts another task after that, under an id of its own', async () => {
        await fleet.setDesiredCount(sound, 1);
        const [first] = (await running(sound)).tasks;
        await fleet.setDesiredCount(sound, 0);
        await stopped(sound);
        await fleet.setDesiredCount(sound, 1);
        const { tasks } = await running(sound);
        expect(tasks.find(({ lastStatus }) => lastStatus === 'RUNNING')?.id).not.toBe(first?.id);
        expect(tasks.map(({ id }) => id)).toContain(first?.id);
      });

      it('does nothing when nothing runs', async () => {
        await fleet.setDesiredCount(sound, 0);
        await letPass(200);
        expect((await observe(sound)).tasks).toEqual([]);
      });
    });

    it('puts another task in the place of one that ended by itself, and tells how that one ended', async () => {
      await fleet.setDesiredCount(crashing, 1);
      const hasEnded = ({ lastStatus }: Task): boolean => lastStatus === 'STOPPED';
      const { tasks } = await until(crashing, (seen) => seen.tasks.length > 1 && seen.tasks.some(hasEnded));
      const first = tasks.toSorted((a, b) => a.createdAt - b.createdAt).find(hasEnded);
      expect(first).toMatchObject({ stopCode: 'EssentialContainerExited' });
      expect(first?.stoppedReason).toMatch(/exit/i);
    });
  });
};
