/**
 * How a demo service tells that it is in use: one line of CloudWatch's embedded metric format per second on standard
 * output. On AWS, CloudWatch Logs makes metrics of such lines; the local control plane reads them as they are.
 */
const NAMESPACE = 'Nightporter/Demo';

export interface ActivityReport {
  /** Something happened just now. */
  touch(): void;
  /** Prints a last line and no more. */
  end(): void;
}

/** Reports at once, then every second, and with the last line. `service` becomes the dimension. */
export const reportActivity = (service: string, activeConnections: () => number): ActivityReport => {
  let lastActivityAt = Date.now();
  const print = (): void => console.log(metricLine(service, activeConnections(), lastActivityAt));
  const timer = setInterval(print, 1_000);
  print();
  return {
    touch: () => {
      lastActivityAt = Date.now();
    },
    end: () => {
      clearInterval(timer);
      print();
    },
  };
};

const metricLine = (service: string, activeConnections: number, lastActivityAt: number): string =>
  JSON.stringify({
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        {
          Namespace: NAMESPACE,
          Dimensions: [['Service']],
          Metrics: [
            { Name: 'ActiveConnections', Unit: 'Count' },
            { Name: 'LastActivityEpochSeconds', Unit: 'Seconds' },
          ],
        },
      ],
    },
    Service: service,
    ActiveConnections: activeConnections,
    LastActivityEpochSeconds: Math.floor(lastActivityAt / 1_000),
  });
