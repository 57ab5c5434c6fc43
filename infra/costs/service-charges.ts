import type { Parameters } from './parameter-file.ts';
import { assumed, type Charge, type Factor, of } from './reckoning.ts';

const TICKS_AN_HOUR = 12;

/** AWS says "up to 70 % less"; the price follows demand. */
const SPOT = assumed(0.3, 'of the price on Spot');

const cpuOf = ({ Cpu = '' }: Parameters): Factor => of(Number(Cpu) / 1024, 'vCPU');
const memoryOf = ({ Memory = '' }: Parameters): Factor => of(Number(Memory) / 1024, 'GB');

const compute = (name: string, parameters: Parameters, tasks: number, discount: readonly Factor[]): readonly Charge[] =>
  tasks === 0
    ? []
    : [
        {
          what: `${name}, processor`,
          when: 'awake',
          factors: [of(tasks, 'tasks'), cpuOf(parameters), ...discount],
          price: 'vcpu',
        },
        {
          what: `${name}, memory`,
          when: 'awake',
          factors: [of(tasks, 'tasks'), memoryOf(parameters), ...discount],
          price: 'memory',
        },
      ];

/** How many of the tasks that it has while awake, and is not scaled, are on demand. */
const onDemand = ({ Capacity = 'on-demand' }: Parameters, tasks: number): number =>
  ({ 'on-demand': tasks, 'mostly-spot': Math.min(tasks, 1), spot: 0 })[Capacity] ?? tasks;

/** Metrics of CloudWatch that the tick asks for, by the kind of signal. */
const ASKED: Readonly<Record<string, number>> = { connections: 2, alb: 2, nlb: 2, metric: 1, leases: 0 };

/** AWS makes two alarms for each target that is tracked, and charges for them as for any. */
const scalerCharges = (name: string, { CpuTarget, MemoryTarget }: Parameters): readonly Charge[] => {
  const targets = [CpuTarget, MemoryTarget].filter((target) => target !== undefined).length;
  return targets === 0
    ? []
    : [
        {
          what: `${name}, alarms of its scaler`,
          when: 'standing',
          factors: [of(2 * targets, 'alarms')],
          price: 'alarm',
        },
      ];
};

/** What a service on Fargate costs, by its own parameters; the fewest tasks that it has while awake. */
export const serviceCharges = (name: string, parameters: Parameters): readonly Charge[] => {
  const tasks = Number(parameters['WakeCount'] ?? 1);
  const dear = onDemand(parameters, tasks);
  const signal = parameters['Signal'] ?? 'connections';
  const charges: readonly Charge[] = [
    ...compute(name, parameters, dear, []),
    ...compute(`${name} on Spot`, parameters, tasks - dear, [SPOT]),
    {
      what: `${name}, logs`,
      when: 'awake',
      factors: [of(tasks, 'tasks'), assumed(0.01, 'GB an hour')],
      price: 'logs',
    },
    {
      what: `${name}, AwakeWanted and NotReadySeconds`,
      when: 'awake',
      factors: [of(2, 'metrics')],
      price: 'metricHour',
      isPorters: true,
    },
    {
      what: `${name}, asking how it is used`,
      when: 'awake',
      factors: [of(TICKS_AN_HOUR, 'ticks'), of(ASKED[signal] ?? 0, 'metrics')],
      price: 'metricAsked',
      isPorters: true,
    },
    {
      what: `${name}, noting what was seen`,
      when: 'awake',
      factors: [of(TICKS_AN_HOUR, 'writes')],
      price: 's3Write',
      isPorters: true,
    },
  ];
  const address: Charge = {
    what: `${name}, public addresses`,
    when: 'awake',
    factors: [of(tasks, 'tasks')],
    price: 'address',
  };
  const activity: Charge = {
    what: `${name}, saying how it is used`,
    when: 'awake',
    factors: [of(2, 'metrics')],
    price: 'metricHour',
    isPorters: true,
  };
  const puts: Charge = {
    ...activity,
    what: `${name}, putting it there`,
    factors: [of(60, 'calls')],
    price: 'metricPut',
  };
  return [
    ...charges,
    ...(parameters['AssignPublicIp'] === 'ENABLED' ? [address] : []),
    ...(signal === 'connections' ? [activity] : []),
    ...(parameters['PutsMetrics'] === 'true' ? [puts] : []),
    ...scalerCharges(name, parameters),
  ];
};

/** Somebody who wakes it once a day, and heartbeats while it is awake. */
export const callerCharges: readonly Charge[] = [
  { what: 'heartbeats, API', when: 'awake', factors: [of(18, 'calls')], price: 'apiCall', isPorters: true },
  {
    what: 'heartbeats, functions',
    when: 'awake',
    factors: [of(18, 'calls'), assumed(0.1, 'GB-seconds')],
    price: 'lambda',
    isPorters: true,
  },
  {
    what: 'wakes, API',
    when: 'standing',
    factors: [of(30, 'wakes'), of(5, 'calls')],
    price: 'apiCall',
    isPorters: true,
  },
  {
    what: 'wakes, functions that wait',
    when: 'standing',
    factors: [of(30, 'wakes'), assumed(30, 'GB-seconds')],
    price: 'lambda',
    isPorters: true,
  },
];
