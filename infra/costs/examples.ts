import {
  balancerCharges,
  filesCharges,
  gatewayCharges,
  jobCharges,
  keptCharges,
  secretCharge,
  watchingCharges,
  type Watched,
} from './around-charges.ts';
import { parametersOf } from './parameter-file.ts';
import type { Charge } from './reckoning.ts';
import { callerCharges, serviceCharges } from './service-charges.ts';

export interface Example {
  readonly title: string;
  /** What the reckoning takes for granted, beside what the page says of all. */
  readonly about: string;
  readonly charges: readonly Charge[];
}

/** Counted in the templates; a test counts again. */
export const WATCHED: Readonly<Record<string, Watched>> = {
  fluidity: { alarmMetrics: 5, compositeAlarms: 1 },
  'pixell-runtime': { alarmMetrics: 9, compositeAlarms: 3 },
  'model-registry': { alarmMetrics: 25, compositeAlarms: 6 },
  pixtools: { alarmMetrics: 15, compositeAlarms: 4 },
};

const watching = (example: string): readonly Charge[] =>
  watchingCharges(WATCHED[example] ?? { alarmMetrics: 0, compositeAlarms: 0 });

const fluidity: Example = {
  title: 'fluidity',
  about: `A tunnel server in public subnets: no load balancer, no gateway.`,
  charges: [
    ...serviceCharges('server', parametersOf('fluidity')),
    ...callerCharges,
    ...watching('fluidity'),
    ...keptCharges(1),
  ],
};

const pixell: Example = {
  title: 'pixell-runtime',
  about: `Two tasks at least while awake, one of them on Spot, behind two load balancers that never sleep, in private subnets
with a gateway. One agent that is asked for all night costs as much as all of them: what is saved is the tasks.`,
  charges: [
    ...serviceCharges('runtime', parametersOf('pixell-runtime')),
    ...gatewayCharges,
    ...balancerCharges(parametersOf('pixell-runtime.edge')),
    ...callerCharges,
    ...watching('pixell-runtime'),
    ...keptCharges(1),
    ...filesCharges,
    secretCharge,
  ],
};

const modelRegistry: Example = {
  title: 'model-registry',
  about: `An API of two tasks, and a job for each release. Its database is its own, stays awake while the API sleeps, and is
not counted.`,
  charges: [
    ...serviceCharges('API', parametersOf('model-registry')),
    ...gatewayCharges,
    ...balancerCharges(parametersOf('model-registry.edge')),
    ...callerCharges,
    ...watching('model-registry'),
    ...keptCharges(2),
    secretCharge,
    ...jobCharges(parametersOf('model-registry.scoring-job')),
  ],
};

const pixtools: Example = {
  title: 'pixtools',
  about: `An API and a worker on Spot, awake together here; each sleeps by itself. Database, cache and content network are
its own, and not counted.`,
  charges: [
    ...serviceCharges('API', parametersOf('pixtools-api')),
    ...serviceCharges('worker', parametersOf('pixtools-worker')),
    ...gatewayCharges,
    ...balancerCharges(parametersOf('pixtools.edge')),
    ...callerCharges,
    ...watching('pixtools'),
    ...keptCharges(1),
  ],
};

export const EXAMPLES: readonly Example[] = [fluidity, pixell, modelRegistry, pixtools];
