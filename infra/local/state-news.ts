import type { Shown } from '#shared/http/service-view.ts';
import { stateOf, type ServiceState } from '#shared/domain/lifecycle/state.ts';
import type { Fields, Telemetry } from '#shared/ports/telemetry.ts';

type Told = (shown: Shown) => readonly [name: string, fields: Fields];

/** What people want to hear of; the rest they have heard from whoever changed the record. */
const NEWS: Readonly<Partial<Record<ServiceState, Told>>> = {
  ready: ({ record: { value: record } }) => {
    const { readyAt, wokenAt } = record;
    return ['service.ready', readyAt === null || wokenAt === null ? {} : { bootMs: readyAt - wokenAt }];
  },
  failing: ({ record: { value: record } }) => [
    'service.failing',
    { failures: record.failedTasks.length, because: record.failure?.message ?? null },
  ],
  asleep: () => ['service.stopped', {}],
};

/** Draining is a part of being ready, and every failure is news. */
const chapterOf = (state: ServiceState, { record }: Shown): string => {
  if (state === 'failing') return `failing ${record.value.failedTasks.length}`;
  return state === 'draining' ? 'ready' : state;
};

/** Tells of each state once, when it begins. The state a service has at first is no news. */
export const stateNews = (telemetry: Telemetry): ((shown: Shown) => void) => {
  const known = new Map<string, string>();
  return (shown) => {
    const { service } = shown.managed;
    const state = stateOf(shown);
    const chapter = chapterOf(state, shown);
    const before = known.get(service);
    known.set(service, chapter);
    const told = NEWS[state];
    if (before === undefined || before === chapter || !told) return;
    const [name, fields] = told(shown);
    telemetry.event(name, { service, ...fields });
  };
};
