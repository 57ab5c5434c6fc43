/**
 * What a tick costs as services multiply: calls, time on AWS as its quotas allow it, and processor time, on the
 * simulated AWS of the tests. `npm run bench:tick`; prints a table, and fails when a service more costs more calls
 * than a service before, or when AWS had to say no.
 *
 * A tenth of the services is awake, each with three leases. Every call takes 20 ms of simulated time. The processor
 * time is that of this machine and includes the simulation's own.
 */
import { tick } from '#shared/usecases/tick.ts';
import { town, warmTick, type Town } from '../test/support/sim-aws/town.ts';

const SIZES = [100, 1_000, 10_000];
const LATENCY_MS = 20;
const TICK_MS = 300_000;
/** The first page of everything weighs more among few services. */
const MOST_GROWTH = 1.05;

interface Row {
  readonly services: number;
  readonly container: 'warm' | 'new';
  readonly calls: number;
  readonly toEcs: number;
  readonly simulatedMs: number;
  readonly cpuMs: number;
  readonly throttled: number;
}

const measure = async (place: Town, container: Row['container'], look: () => Promise<void>): Promise<Row> => {
  const { aws, clock, names } = place;
  clock.advance(TICK_MS);
  aws.recount();
  const startedAt = clock.now();
  const before = process.cpuUsage();
  await look();
  const { user, system } = process.cpuUsage(before);
  return {
    services: names.length,
    container,
    calls: aws.calls.length,
    toEcs: aws.calls.filter(({ service }) => service === 'ecs').length,
    simulatedMs: clock.now() - startedAt,
    cpuMs: (user + system) / 1_000,
    throttled: aws.throttled.length,
  };
};

const rowsOf = async (services: number): Promise<readonly Row[]> => {
  const place = town({ services, awake: services / 10, leasesEach: 3 });
  place.before = () => place.clock.sleep(LATENCY_MS);
  const warm = await warmTick(place);
  return [await measure(place, 'warm', warm), await measure(place, 'new', tick(place.open('sleep')))];
};

const HEAD = [
  'services',
  'container',
  'calls',
  'to ECS',
  'calls per service',
  's on AWS',
  'CPU ms',
  'CPU µs per service',
];

const shown = ({ services, container, calls, toEcs, simulatedMs, cpuMs }: Row): readonly (string | number)[] => [
  services,
  container,
  calls,
  toEcs,
  (calls / services).toFixed(2),
  (simulatedMs / 1_000).toFixed(1),
  cpuMs.toFixed(0),
  ((cpuMs * 1_000) / services).toFixed(0),
];

const rows: Row[] = [];
for (const services of SIZES) rows.push(...(await rowsOf(services)));

console.log(`Node ${process.versions.node}, ${LATENCY_MS} ms a call\n`);
console.log(`| ${HEAD.join(' | ')} |`);
console.log(`|${'---|'.repeat(HEAD.length)}`);
for (const row of rows) console.log(`| ${shown(row).join(' | ')} |`);

const perService = ({ calls, services }: Row): number => calls / services;
const grows = rows.some((row) =>
  rows.some(
    (smaller) =>
      smaller.container === row.container &&
      smaller.services < row.services &&
      perService(row) > perService(smaller) * MOST_GROWTH,
  ),
);
const isThrottled = rows.some(({ throttled }) => throttled > 0);
if (grows) console.error('\nthe calls grow faster than the services');
if (isThrottled) console.error('\nAWS was asked for too much at once');
if (grows || isThrottled) process.exitCode = 1;
