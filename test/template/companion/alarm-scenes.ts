import type { House } from '../../support/alarms/watched-house.ts';
import { SECOND } from '../../support/virtual-clock.ts';

export const SERVICE = 'pixtools-api';
export const WORKER = 'pixtools-worker';

/** What goes on around the house while nothing is the matter. */
export interface Weather {
  /** Targets that the load balancer finds unhealthy, whatever ECS finds. */
  sick: number;
  cpu: number;
  memory: number;
  targetErrors: number;
  /** What the load balancer answers to whoever calls a sleeper. */
  balancerErrors: number;
  seconds: number;
  queue: number;
  failedJobs: number;
  denied: number;
  /** Samples of every minute. */
  starts: { readonly ready: readonly number[]; readonly failed: number };
  uploads: { readonly published: number; readonly rejected: number; readonly failed: number; readonly waited: number };
}

export const FINE: Weather = {
  sick: 0,
  cpu: 40,
  memory: 50,
  targetErrors: 0,
  balancerErrors: 0,
  seconds: 0.2,
  queue: 3,
  failedJobs: 0,
  denied: 0,
  starts: { ready: [], failed: 0 },
  uploads: { published: 0, rejected: 0, failed: 0, waited: 0 },
};

export interface Scene {
  /** In minutes; alarms that begin to ring, in order. */
  readonly rings: readonly string[];
  /** Still ringing at the end. */
  readonly ringing?: readonly string[];
  readonly play: (house: House, weather: Weather) => Promise<void>;
}

const HOUR = 60;

const wakeBoth = async (house: House): Promise<void> => {
  await house.wake(SERVICE);
  await house.wake(WORKER);
};

/** Long enough awake for everything to be expected of it. */
const settled = async (house: House): Promise<void> => {
  await wakeBoth(house);
  await house.live(30);
};

const sleepBoth = async (house: House): Promise<void> => {
  await house.sleep(SERVICE);
  await house.sleep(WORKER);
};

/** Its tasks come as far as ACTIVATING, and no further. */
const stuck = (house: House, name: string): void => house.change(name, { paceMs: 24 * 3_600 * SECOND });

const loseFor = async (house: House, name: string, minutes: number): Promise<void> => {
  stuck(house, name);
  house.crash(name);
  await house.live(minutes);
  house.change(name, { paceMs: 10 * SECOND });
};

const DIES: NonNullable<Parameters<House['change']>[1]['fate']> = {
  at: 'RUNNING',
  stopCode: 'EssentialContainerExited',
  stoppedReason: 'Essential container in task exited',
  exitCode: 1,
};

export const SCENES: Readonly<Record<string, Scene>> = {
  'asleep for hours': { rings: [], play: (house) => house.live(6 * HOUR) },

  'asleep, and called by somebody whom the load balancer tells 503': {
    rings: [],
    play: async (house, weather) => {
      weather.balancerErrors = 100;
      await house.live(HOUR);
    },
  },

  'woken, ready after a minute, used, and asleep again': {
    rings: [],
    play: async (house) => {
      await house.live(20);
      await wakeBoth(house);
      await house.live(2 * HOUR);
      await sleepBoth(house);
      await house.live(2 * HOUR);
    },
  },

  'woken again and again for a few minutes': {
    rings: [],
    play: async (house) => {
      for (let n = 0; n < 12; n += 1) {
        await wakeBoth(house);
        await house.live(2 + (n % 4));
        await sleepBoth(house);
        await house.live(1 + (n % 3));
      }
    },
  },

  'awake for a moment after every quarter of an hour of sleep': {
    rings: [],
    play: async (house) => {
      for (let n = 0; n < 6; n += 1) {
        await house.live(17);
        await wakeBoth(house);
        await house.live(1);
        await sleepBoth(house);
      }
    },
  },

  'slow to come up, but within its limit': {
    rings: [],
    play: async (house) => {
      house.change(SERVICE, { paceMs: 110 * SECOND });
      await house.live(7);
      await wakeBoth(house);
      await house.live(HOUR);
    },
  },

  'slow to come up, and beyond its limit': {
    rings: ['BootSlow'],
    ringing: [],
    play: async (house) => {
      house.change(SERVICE, { paceMs: 150 * SECOND });
      await house.live(11);
      await wakeBoth(house);
      await house.live(HOUR);
    },
  },

  'never up at all': {
    rings: ['BootSlow', 'HealthFailing', 'NoHealthyTarget'],
    ringing: ['BootSlow', 'HealthFailing', 'NoHealthyTarget'],
    play: async (house) => {
      stuck(house, SERVICE);
      await wakeBoth(house);
      await house.live(HOUR);
    },
  },

  'given up on before it was ever ready': {
    rings: ['BootSlow'],
    ringing: [],
    play: async (house) => {
      stuck(house, SERVICE);
      await wakeBoth(house);
      await house.live(14);
      await house.sleep(SERVICE);
      await house.live(HOUR);
    },
  },

  'in a crash loop from its wake on': {
    rings: ['StartsFailing'],
    ringing: [],
    play: async (house) => {
      house.change(SERVICE, { fate: DIES });
      await house.live(5);
      await wakeBoth(house);
      await house.live(2 * HOUR);
    },
  },

  'in a crash loop after it was ready, until it is put to sleep': {
    rings: ['NoHealthyTarget', 'ChecksFailing', 'StartsFailing'],
    ringing: [],
    play: async (house) => {
      await settled(house);
      house.change(SERVICE, { fate: DIES, paceMs: 20 * SECOND });
      await house.live(2 * HOUR);
    },
  },

  'lost for a minute': {
    rings: [],
    play: async (house) => {
      await settled(house);
      house.crash(SERVICE);
      house.crash(WORKER);
      await house.live(HOUR);
    },
  },

  'lost for a quarter of an hour': {
    rings: ['NoHealthyTarget', 'HealthFailing', 'BootSlow'],
    ringing: [],
    play: async (house) => {
      await settled(house);
      await loseFor(house, SERVICE, 17);
      await house.live(HOUR);
    },
  },

  'lost for a quarter of an hour, and then put to sleep': {
    rings: ['NoHealthyTarget', 'HealthFailing', 'BootSlow'],
    ringing: [],
    play: async (house) => {
      await settled(house);
      stuck(house, SERVICE);
      house.crash(SERVICE);
      await house.live(17);
      await house.sleep(SERVICE);
      await house.live(HOUR);
    },
  },

  'ready, and not for the load balancer': {
    rings: ['NoHealthyTarget', 'ChecksFailing'],
    play: async (house, weather) => {
      await settled(house);
      weather.sick = 1;
      await house.live(10);
      weather.sick = 0;
      await house.live(HOUR);
    },
  },

  'one of two targets unhealthy': {
    rings: ['ChecksFailing'],
    play: async (house, weather) => {
      house.change(SERVICE, {
        desiredCount: 0,
        tags: { ...house.service(SERVICE).tags, 'nightporter:wake-count': '2', 'nightporter:max': '2' },
      });
      await house.live(6);
      await settled(house);
      weather.sick = 1;
      await house.live(10);
      weather.sick = 0;
      await house.live(HOUR);
    },
  },

  'a target unhealthy for two minutes': {
    rings: [],
    play: async (house, weather) => {
      house.change(SERVICE, {
        tags: { ...house.service(SERVICE).tags, 'nightporter:wake-count': '2', 'nightporter:max': '2' },
      });
      await house.live(6);
      await settled(house);
      weather.sick = 1;
      await house.live(2);
      weather.sick = 0;
      await house.live(HOUR);
    },
  },

  'a worker that is gone while it is wanted': {
    rings: ['NoWorker', 'WorkerBootSlow'],
    ringing: [],
    play: async (house) => {
      await settled(house);
      await loseFor(house, WORKER, 17);
      await house.live(HOUR);
    },
  },

  'a worker that is never up': {
    rings: ['WorkerBootSlow', 'NoWorker'],
    play: async (house) => {
      stuck(house, WORKER);
      await wakeBoth(house);
      await house.live(40);
    },
    ringing: ['WorkerBootSlow', 'NoWorker'],
  },

  'busy for a quarter of an hour': {
    rings: ['CpuHigh', 'WorkerCpuHigh'],
    play: async (house, weather) => {
      await settled(house);
      weather.cpu = 95;
      await house.live(15);
      weather.cpu = 40;
      await house.live(HOUR);
    },
  },

  'busy for five minutes': {
    rings: [],
    play: async (house, weather) => {
      await settled(house);
      weather.cpu = 95;
      await house.live(5);
      weather.cpu = 40;
      await house.live(HOUR);
    },
  },

  'full of memory for a quarter of an hour': {
    rings: ['MemoryHigh', 'WorkerMemoryHigh'],
    play: async (house, weather) => {
      await settled(house);
      weather.memory = 95;
      await house.live(15);
      weather.memory = 50;
      await house.live(HOUR);
    },
  },

  'answering 5xx itself': {
    rings: ['TargetErrors'],
    play: async (house, weather) => {
      await settled(house);
      weather.targetErrors = 4;
      await house.live(6);
      weather.targetErrors = 0;
      await house.live(HOUR);
    },
  },

  'answering 5xx now and then': {
    rings: [],
    play: async (house, weather) => {
      await settled(house);
      weather.targetErrors = 1;
      await house.live(HOUR);
    },
  },

  'slow to answer': {
    rings: ['LatencyHigh'],
    play: async (house, weather) => {
      await settled(house);
      weather.seconds = 3;
      await house.live(15);
      weather.seconds = 0.2;
      await house.live(HOUR);
    },
  },

  'a queue that fills while the worker sleeps': {
    rings: ['QueueDeep'],
    ringing: ['QueueDeep'],
    play: async (house, weather) => {
      await house.live(20);
      weather.queue = 60;
      await house.live(30);
    },
  },

  'a queue that fills for a few minutes': {
    rings: [],
    play: async (house, weather) => {
      await house.live(20);
      weather.queue = 500;
      await house.live(7);
      weather.queue = 0;
      await house.live(HOUR);
    },
  },

  'a job that fails for good': {
    rings: ['JobFailed'],
    play: async (house, weather) => {
      weather.failedJobs = 1;
      await house.live(1);
      weather.failedJobs = 0;
      await house.live(HOUR);
    },
  },

  'somebody refused by the registry': {
    rings: ['Denied'],
    play: async (house, weather) => {
      weather.denied = 1;
      await house.live(1);
      weather.denied = 0;
      await house.live(HOUR);
    },
  },

  'starts of which one in a hundred fails': {
    rings: [],
    play: async (house, weather) => {
      for (let n = 0; n < 7 * HOUR; n += 1) {
        weather.starts = { ready: [30_000, 60_000], failed: n % 50 === 49 ? 1 : 0 };
        await house.live(1);
      }
    },
  },

  'starts of which a fifth fails': {
    // Three in half an hour ring by themselves.
    rings: ['StartsFailing', 'WakesBurning'],
    play: async (house, weather) => {
      weather.starts = { ready: [60_000, 60_000, 60_000, 60_000], failed: 1 };
      await house.live(40);
      weather.starts = FINE.starts;
      await house.live(HOUR);
    },
  },

  'wakes that take too long': {
    rings: ['ReadyBurning'],
    play: async (house, weather) => {
      weather.starts = { ready: [60_000, 300_000], failed: 0 };
      await house.live(40);
      weather.starts = FINE.starts;
      await house.live(HOUR);
    },
  },

  'uploads that are refused, each with a reason': {
    rings: [],
    play: async (house, weather) => {
      weather.uploads = { published: 1, rejected: 9, failed: 0, waited: 10 };
      await house.live(7 * HOUR);
    },
  },

  'uploads that nobody can judge': {
    rings: ['PublishBurning'],
    play: async (house, weather) => {
      weather.uploads = { published: 3, rejected: 0, failed: 1, waited: 10 };
      await house.live(40);
      weather.uploads = FINE.uploads;
      await house.live(HOUR);
    },
  },

  'uploads that wait': {
    rings: ['PublishDelayed'],
    play: async (house, weather) => {
      await house.live(HOUR);
      weather.uploads = { published: 0, rejected: 0, failed: 0, waited: 1_000 };
      await house.live(20);
      weather.uploads = FINE.uploads;
      await house.live(2 * HOUR);
    },
  },

  'uploads that wait for five minutes': {
    rings: [],
    play: async (house, weather) => {
      await house.live(HOUR);
      weather.uploads = { published: 0, rejected: 0, failed: 0, waited: 1_000 };
      await house.live(5);
      weather.uploads = FINE.uploads;
      await house.live(2 * HOUR);
    },
  },
};
