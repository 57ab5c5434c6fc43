import { cloudWatchActivity } from '#shared/adapters/aws/cloudwatch-activity.ts';
import { snsNotifier } from '#shared/adapters/aws/sns-notifier.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { control, type TickDeps } from '#shared/usecases/deps.ts';
import { recordedTelemetry, type RecordedTelemetry } from '../recorders.ts';
import { HOUR } from '../virtual-clock.ts';
import type { SimClients } from './account.ts';
import { fleetOver, storeOver } from './adapters.ts';
import { MAIN_CLUSTER } from './machines.ts';

const METRICS_NAMESPACE = 'Services';
const SETTINGS = { timeZone: 'UTC', nightlyKill: { timeOfDayMs: 23 * HOUR, timeZone: 'UTC' } };

export type Container = TickDeps & { readonly telemetry: RecordedTelemetry };

/** One container of a function: the product's own adapters over these clients, remembering nothing of any other. */
export const container = (clients: SimClients, clock: Clock, seed = 1): Container => {
  let state = seed;
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const ports = {
    clock,
    random,
    store: storeOver(clients),
    fleet: fleetOver(clients, clock),
    activity: cloudWatchActivity({
      cloudwatch: clients.cloudwatch,
      clock,
      namespace: METRICS_NAMESPACE,
      placeOf: (name) => ({ cluster: MAIN_CLUSTER, name }),
    }),
    notifier: snsNotifier({ sns: clients.sns, topicArn: 'arn:aws:sns:eu-central-1:123456789012:news', clock }),
    telemetry: recordedTelemetry(),
  };
  return control(ports, SETTINGS);
};
