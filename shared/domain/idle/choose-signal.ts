import type { Signal } from '#shared/domain/idle/evidence.ts';
import type { Dimension, MetricWord } from '#shared/domain/idle/metric-words.ts';

/** The words of a policy that together make a signal. */
export interface SignalWords {
  readonly signal: Signal['kind'];
  readonly metric?: MetricWord;
  readonly 'metric-idle-at-most': number;
  readonly 'metric-namespace'?: string;
  readonly 'metric-dimensions'?: readonly Dimension[];
}

/** What each signal needs besides its name. */
export const SIGNAL_NEEDS = {
  connections: 'with connections: nothing else',
  alb: 'with alb: the tag metric-dimensions as LoadBalancer=app/… TargetGroup=targetgroup/…',
  nlb: 'with nlb: the tag metric-dimensions as LoadBalancer=net/…',
  metric: 'with metric: the tag metric as Namespace/Name',
  leases: 'with leases: nothing else',
} as const satisfies Record<Signal['kind'], string>;

const BALANCERS = {
  alb: { LoadBalancer: 'app/', TargetGroup: 'targetgroup/' },
  nlb: { LoadBalancer: 'net/' },
} as const;

/** Exactly these: with a zone, say, the traffic of the other zones would not be seen. */
const areOf = (balancer: Readonly<Record<string, string>>, dimensions: readonly Dimension[]): boolean =>
  dimensions.length === Object.keys(balancer).length &&
  dimensions.every(({ name, value }) => Object.hasOwn(balancer, name) && value.startsWith(balancer[name]!));

/** The signal that the words describe; `undefined` when it lacks what it needs. */
export const chooseSignal = (words: SignalWords): Signal | undefined => {
  const { signal: kind, metric, 'metric-dimensions': dimensions } = words;
  switch (kind) {
    case 'connections':
      return { kind, namespace: words['metric-namespace'], dimensions };
    case 'metric':
      return metric && { kind, ...metric, idleAtMost: words['metric-idle-at-most'], dimensions };
    case 'leases':
      return { kind };
    case 'alb':
    case 'nlb':
      return dimensions && areOf(BALANCERS[kind], dimensions) ? { kind, dimensions } : undefined;
  }
};
