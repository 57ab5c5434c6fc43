import { randomUUID } from 'node:crypto';
import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { inject } from 'vitest';
import { cloudWatchActivity } from '#shared/adapters/aws/cloudwatch-activity.ts';
import { activityContract, type ActivityContract } from '../contracts/activity.contract.ts';
import { MINUTE, SECOND, virtualClock } from '../support/virtual-clock.ts';
import { ministackActivityGaps, motoActivityGaps } from './known-gaps.ts';
import { cloudWatchOn } from './support/clients.ts';
import { withKnownGaps } from './support/with-known-gaps.ts';

const NAMESPACE = 'Nightporter';

const activityOn = (endpoint: string): ActivityContract['make'] => {
  const cloudwatch = cloudWatchOn(endpoint);
  return () => {
    const clock = virtualClock();
    // Half a minute into a period.
    clock.advance(30 * SECOND);
    // What others reported stays where it is, so each case has services of its own.
    const cluster = `cluster-${randomUUID()}`;
    const placeOf = (name: string) => ({ cluster, name });
    const { measure } = cloudWatchActivity({ cloudwatch, clock, namespace: NAMESPACE, placeOf });
    const reports: Promise<unknown>[] = [];
    return {
      activity: {
        measure: async (queries) => {
          await Promise.all(reports);
          return measure(queries);
        },
      },
      now: clock.now,
      letPass: clock.advance,
      report: (service, values, { at = clock.now(), namespace = NAMESPACE } = {}) => {
        const Dimensions = [
          { Name: 'ServiceName', Value: service },
          { Name: 'ClusterName', Value: cluster },
        ];
        const MetricData = Object.entries(values).map(([MetricName, Value]) => ({
          MetricName,
          Value,
          Timestamp: new Date(at),
          Dimensions,
        }));
        reports.push(cloudwatch.send(new PutMetricDataCommand({ Namespace: namespace, MetricData })));
      },
    };
  };
};

const backends = [
  { name: 'CloudWatch on moto', endpoint: inject('motoUrl'), gaps: motoActivityGaps },
  { name: 'CloudWatch on MiniStack', endpoint: inject('ministackUrl'), gaps: ministackActivityGaps },
];

for (const { name, endpoint, gaps } of backends) {
  withKnownGaps(name, gaps, () =>
    activityContract({ name: 'cloudwatch', coarseByMs: MINUTE, make: activityOn(endpoint) }),
  );
}
