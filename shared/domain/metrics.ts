/** What the dimensions are called; alarms look under the same words. */
export const DIMENSIONS = { deployment: 'Deployment', service: 'Service' } as const;

/**
 * Every metric of a deployment as a whole: what is emitted, alarmed on and drawn is held against this list.
 * Their one dimension is the deployment; which service it was stands in the log line beside the number.
 */
export const METRICS = {
  TicksCompleted: { unit: 'Count', meaning: 'a tick that came to its end, with or without failures' },
  TickFailures: { unit: 'Count', meaning: 'parts of the tick that failed' },
  TickApiCalls: { unit: 'Count', meaning: 'calls that a tick made to AWS' },
  ServicesAwake: { unit: 'Count', meaning: 'services that were not asleep at the tick' },
  ServicesAsleep: { unit: 'Count', meaning: 'services that were asleep at the tick' },
  Drift: { unit: 'Count', meaning: 'services whose fleet was not what the record says, long after it should be' },
  ActivityUnknown: { unit: 'Count', meaning: 'services kept awake because nothing is known of their use' },
  SleptUnknown: { unit: 'Count', meaning: 'services put to sleep without data' },
  StartFailures: { unit: 'Count', meaning: 'starts that failed' },
  WakeLatencyMs: { unit: 'Milliseconds', meaning: 'from asked to ready' },
  NightlyKillDropped: { unit: 'Count', meaning: 'a nightly kill that came too late to be done' },
  PackagesPublished: { unit: 'Count', meaning: 'packages that were proven and published' },
  PackagesRejected: { unit: 'Count', meaning: 'uploads that were refused, and were told why' },
  UploadFailures: { unit: 'Count', meaning: 'news of uploads that could not be seen to, and will come again' },
  UploadsWaiting: { unit: 'Count', meaning: 'packages that wait for a checksum or a signature at the sweep' },
  IndexHealed: { unit: 'Count', meaning: 'releases that the index lacked at the sweep, and was given' },
} as const satisfies Readonly<Record<string, { readonly unit: 'Count' | 'Milliseconds'; readonly meaning: string }>>;

export type MetricName = keyof typeof METRICS;

/** Every metric of single services: their id is the second dimension, and each has a price for each of them. */
export const SERVICE_METRICS = {
  AwakeWanted: { unit: 'Count', meaning: '1 while a service is meant to be awake, 0 while it is meant to sleep' },
  NotReadySeconds: {
    unit: 'Seconds',
    meaning: 'for how long it has been meant to be awake without being ready; 0 while it is ready or sleeps',
  },
} as const satisfies Readonly<Record<string, { readonly unit: 'Count' | 'Seconds'; readonly meaning: string }>>;

export type ServiceMetricName = keyof typeof SERVICE_METRICS;
/** Several numbers are all that it was at that instant. */
export type ServiceMetrics = Readonly<Record<ServiceMetricName, readonly number[]>>;
