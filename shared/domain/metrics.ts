/**
 * Every metric there is: what is emitted, alarmed on and drawn is held against this list.
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
