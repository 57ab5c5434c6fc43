import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DIMENSIONS, METRICS, SERVICE_METRICS } from '#shared/domain/metrics.ts';
import { keyOf, type Metric } from '../../support/alarms/datapoints.ts';
import { metricsOf } from '../../support/alarms/metric-alarm.ts';
import type { Watched } from '../../support/alarms/watch.ts';
import { watchedHouse, type House } from '../../support/alarms/watched-house.ts';
import { EXAMPLES, root, sourceOf } from '../../support/cfn/companions.ts';
import { deploy, type Deployed } from '../../support/cfn/deployed.ts';
import { MINUTE } from '../../support/virtual-clock.ts';
import { FINE, SCENES, SERVICE, WORKER, type Scene, type Weather } from './alarm-scenes.ts';

const BALANCER = { LoadBalancer: 'app/front/0123456789abcdef', TargetGroup: 'targetgroup/api/0123456789abcdef' };
const CLUSTER = 'main';
const DEPLOYMENT = 'nightporter-prod';

/** With everything that there is to watch. */
const PARAMETERS = {
  ServiceName: SERVICE,
  WorkerName: WORKER,
  LoadBalancerFullName: BALANCER.LoadBalancer,
  TargetGroupFullName: BALANCER.TargetGroup,
  QueueName: 'jobs',
  FailedJobsRule: 'failed-jobs',
  Objectives: 'on',
  UploadsQueueName: 'uploads',
  RegistryBucket: 'packages',
  AccessDenied: 'on',
};

type Template = ReturnType<typeof sourceOf>;

const stackOf = (template: Template = sourceOf('observability'), more = {}): Deployed =>
  deploy({ template, stack: 'watch', parameters: { ...PARAMETERS, ...more } });

/** That alarm of the control plane which rings for services. */
const startsFailing = (): Watched => {
  const text = readFileSync(path.join(root, 'infra/aws/alarms.yml'), 'utf8')
    .replaceAll('${param:metricNamespace}', 'Nightporter')
    .replaceAll('${self:custom.deployment}', DEPLOYMENT);
  const { StartsFailing } = parse(text, { merge: true, logLevel: 'silent', maxAliasCount: -1 }).stack.Resources;
  return { stack: 'nightporter-prod', resources: { StartsFailing } };
};

const ours = (name: string): Metric => ({
  namespace: 'Nightporter',
  name,
  dimensions: { [DIMENSIONS.deployment]: DEPLOYMENT },
});

type Put = (metric: Metric, ...values: readonly number[]) => void;

const ofBalancer = (house: House, put: Put, weather: Weather): void => {
  const tell = (name: string, ...values: readonly number[]): void =>
    put({ namespace: 'AWS/ApplicationELB', name, dimensions: BALANCER }, ...values);
  const healthy = house
    .service(SERVICE)
    .tasks.filter(({ health, desiredStatus }) => health === 'HEALTHY' && desiredStatus === 'RUNNING').length;
  // Of a group without targets it says nothing.
  if (house.registered(SERVICE) > 0) {
    const well = Math.max(0, healthy - weather.sick);
    tell('HealthyHostCount', well);
    // Those on their way up count as well, as they may once they have failed often enough.
    tell('UnHealthyHostCount', house.registered(SERVICE) - well);
  }
  if (healthy > 0) tell('TargetResponseTime', ...Array.from({ length: 20 }, () => weather.seconds));
  if (weather.targetErrors > 0) tell('HTTPCode_Target_5XX_Count', weather.targetErrors);
  if (weather.balancerErrors > 0) tell('HTTPCode_ELB_5XX_Count', weather.balancerErrors);
};

const ofTasks = (house: House, put: Put, { cpu, memory }: Weather): void => {
  for (const name of [SERVICE, WORKER]) {
    const dimensions = { ClusterName: CLUSTER, ServiceName: name };
    for (let task = 0; task < house.running(name); task += 1) {
      put({ namespace: 'AWS/ECS', name: 'CPUUtilization', dimensions }, cpu);
      put({ namespace: 'AWS/ECS', name: 'MemoryUtilization', dimensions }, memory);
    }
  }
};

const ofOthers = (put: Put, { queue, failedJobs, denied, starts, uploads }: Weather): void => {
  const queueCalled = (QueueName: string, name: string): Metric => ({
    namespace: 'AWS/SQS',
    name,
    dimensions: { QueueName },
  });
  put(queueCalled('jobs', 'ApproximateNumberOfMessagesVisible'), queue);
  put(queueCalled('uploads', 'ApproximateAgeOfOldestMessage'), uploads.waited);
  const rule = { namespace: 'AWS/Events', name: 'TriggeredRules', dimensions: { RuleName: 'failed-jobs' } };
  if (failedJobs > 0) put(rule, failedJobs);
  if (denied > 0) put({ namespace: 'watch', name: 'DeniedAccesses', dimensions: {} }, denied);
  if (starts.ready.length > 0) put(ours('WakeLatencyMs'), ...starts.ready);
  if (starts.failed > 0) put(ours('StartFailures'), starts.failed);
  put(ours('UploadFailures'), uploads.failed);
  if (uploads.published > 0) put(ours('PackagesPublished'), uploads.published);
  if (uploads.rejected > 0) put(ours('PackagesRejected'), uploads.rejected);
};

interface Cloud {
  readonly delayMs: number;
  readonly more: number;
}

/** CloudWatch does not say how much more than asked for it looks at, and some data are late. */
const CLOUDS: readonly Cloud[] = [
  { delayMs: 0, more: 0 },
  { delayMs: 2 * MINUTE, more: 3 },
];

interface Played {
  readonly rings: readonly string[];
  readonly ringing: readonly string[];
  readonly house: House;
}

const played = async ({ play }: Scene, stack: Watched, cloud: Cloud): Promise<Played> => {
  const weather = { ...FINE };
  const house = watchedHouse({
    ...cloud,
    cluster: CLUSTER,
    services: [SERVICE, WORKER],
    deployment: DEPLOYMENT,
    namespace: 'Nightporter',
    alarms: [stack, startsFailing()],
    neighbours: (of, put) => {
      ofBalancer(of, put, weather);
      ofTasks(of, put, weather);
      ofOthers(put, weather);
    },
  });
  await play(house, weather);
  return { rings: house.rings().map(({ alarm }) => alarm), ringing: house.ringing(), house };
};

const sorted = (names: readonly string[]): readonly string[] => names.toSorted();

describe.each(CLOUDS)('the alarms, with data $delayMs ms late and $more periods more', (cloud) => {
  it.each(Object.entries(SCENES))('ring where they must, and nowhere else: %s', async (_, scene) => {
    const { rings, ringing } = await played(scene, stackOf(), cloud);
    expect(sorted(rings)).toEqual(sorted(scene.rings));
    expect(sorted(ringing)).toEqual(sorted(scene.ringing ?? []));
  });
});

type Spoil = (resources: Readonly<Record<string, any>>) => void;

const spoilt = (spoil: Spoil): Deployed => {
  const template = structuredClone(sourceOf('observability'));
  spoil(template.Resources);
  return stackOf(template);
};

const change =
  (id: string, properties: object): Spoil =>
  (resources) =>
    void Object.assign(resources[id].Properties, properties);

const rule = (id: string, text: string): Spoil => change(id, { AlarmRule: { 'Fn::Sub': text } });

/** What somebody might change, and the scene that shows it. */
const PLANTS: Readonly<Record<string, readonly [scene: string, spoil: Spoil]>> = {
  'no healthy target, wanted or not': ['asleep for hours', rule('NoHealthyTarget', 'ALARM("${NoTarget}")')],
  'no worker, wanted or not': ['asleep for hours', rule('NoWorker', 'ALARM("${NoTask}")')],
  'silence taken for being awake': ['asleep for hours', change('LongAwake', { TreatMissingData: 'breaching' })],
  'silence taken for being asleep': [
    'lost for a quarter of an hour',
    change('LongAwake', { Period: 60, TreatMissingData: 'notBreaching' }),
  ],
  'awake for a moment taken for long': [
    'slow to come up, but within its limit',
    change('LongAwake', { Statistic: 'Maximum' }),
  ],
  'too little patience': ['slow to come up, but within its limit', change('LongAwake', { Period: 300 })],
  'a wake watched under another name': [
    'lost for a quarter of an hour',
    (resources) => (resources['LongAwake'].Properties.Dimensions[1].Value = 'api'),
  ],
  'targets that are gone taken for healthy': [
    'lost for a quarter of an hour',
    change('NoTarget', { TreatMissingData: 'notBreaching' }),
  ],
  'tasks that are gone taken for running': [
    'a worker that is gone while it is wanted',
    change('NoTask', { TreatMissingData: 'notBreaching' }),
  ],
  'silence taken for not being ready': ['asleep for hours', change('BootSlow', { TreatMissingData: 'breaching' })],
  'silence taken for being ready': ['never up at all', change('BootSlow', { TreatMissingData: 'notBreaching' })],
  'unready for long because nobody spoke': [
    'woken, ready after a minute, used, and asleep again',
    change('LongNotReady', { TreatMissingData: 'breaching' }),
  ],
  'failed checks of who comes up': [
    'slow to come up, but within its limit',
    rule('ChecksFailing', 'ALARM("${TargetUnhealthy}")'),
  ],
  'failed checks by the minute': [
    'a target unhealthy for two minutes',
    change('TargetUnhealthy', { DatapointsToAlarm: 1 }),
  ],
  'errors of the load balancer': [
    'asleep, and called by somebody whom the load balancer tells 503',
    (resources) =>
      (resources['TargetErrors'].Properties.Metrics[0].MetricStat.Metric.MetricName = 'HTTPCode_ELB_5XX_Count'),
  ],
  'errors without zeros': [
    'answering 5xx itself',
    (resources) => (resources['TargetErrors'].Properties.Metrics[1].Expression = 'errors + 0'),
  ],
  'busy at once': ['busy for five minutes', change('CpuHigh', { EvaluationPeriods: 1 })],
  'a queue by its peaks': ['a queue that fills for a few minutes', change('QueueDeep', { Statistic: 'Maximum' })],
  'half an hour of an objective': ['in a crash loop from its wake on', rule('WakesBurning', 'ALARM("${WakesLately}")')],
  'six hours of an objective': ['starts of which a fifth fails', rule('WakesBurning', 'ALARM("${WakesHours}")')],
};

describe('a fault in the alarms', () => {
  it.each(Object.entries(PLANTS))('shows: %s', async (_, [name, spoil]) => {
    const scene = SCENES[name] as Scene;
    const stack = spoilt(spoil);
    const heard = await Promise.all(CLOUDS.map((cloud) => played(scene, stack, cloud)));
    const right = [sorted(scene.rings), sorted(scene.ringing ?? [])];
    expect(heard.map(({ rings, ringing }) => [sorted(rings), sorted(ringing)])).not.toEqual(CLOUDS.map(() => right));
  });
});

interface Looked {
  readonly by: string;
  readonly metric: Metric;
}

const alarmed = ({ resources }: Deployed): readonly Looked[] =>
  Object.entries(resources)
    .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
    .flatMap(([by, { Properties }]) => metricsOf(Properties).map((metric) => ({ by, metric })));

/** A row is namespace, name, dimension, value, … and options; one that only calculates has options alone. */
const drawn = ({ resources }: Deployed): readonly Looked[] =>
  JSON.parse(resources['Dashboard']?.Properties.DashboardBody)
    .widgets.flatMap(({ properties }: any) => properties.metrics)
    .filter(([first]: any) => typeof first === 'string')
    .map(([namespace, name, ...rest]: any) => {
      const pairs: readonly string[] = rest.filter((part: any) => typeof part === 'string');
      const dimensions = Object.fromEntries(
        pairs.flatMap((part, index) => (index % 2 === 0 ? [[part, pairs[index + 1]]] : [])),
      );
      return { by: 'Dashboard', metric: { namespace, name, dimensions } };
    });

describe('what is looked at', () => {
  const whole = stackOf();
  const own = [...alarmed(whole), ...drawn(whole)].filter(({ metric }) => metric.namespace === 'Nightporter');

  it('is what the control plane emits, under the dimensions by which it does', async () => {
    const { house } = await played(
      SCENES['in a crash loop after it was ready, until it is put to sleep'] as Scene,
      whole,
      CLOUDS[0] as Cloud,
    );
    const lines = house.lines.join('\n');
    const emitted = new Set(house.data.keys());
    const wrong = own.filter(({ metric }) => !emitted.has(keyOf(metric)));
    // Of the registry, which has no part in this.
    expect([...new Set(wrong.map(({ metric }) => metric.name))]).toEqual(['PackagesPublished', 'PackagesRejected']);
    for (const name of [...Object.keys(SERVICE_METRICS), 'WakeLatencyMs', 'StartFailures'])
      expect(lines).toContain(name);
  });

  it('has the dimensions that its list says', () => {
    const expected = (name: string): readonly string[] | undefined => {
      if (name in METRICS) return [DIMENSIONS.deployment];
      return name in SERVICE_METRICS ? [DIMENSIONS.deployment, DIMENSIONS.service] : undefined;
    };
    for (const { by, metric } of own) expect([by, Object.keys(metric.dimensions)]).toEqual([by, expected(metric.name)]);
  });

  it('is every metric of single services, by an alarm and on the dashboard', () => {
    for (const looked of [alarmed(whole), drawn(whole)]) {
      const names = new Set(looked.map(({ metric }) => metric.name));
      expect(Object.keys(SERVICE_METRICS).filter((name) => !names.has(name))).toEqual([]);
    }
  });

  it('is of the service by its id, where that is not its name', () => {
    const stack = stackOf(undefined, { ServiceId: 'batch.pixtools-api' });
    const ids = (name: string) =>
      new Set(
        [...alarmed(stack), ...drawn(stack)]
          .filter(({ metric }) => metric.name === name)
          .map(({ metric }) => metric.dimensions['Service'] ?? metric.dimensions['ServiceName']),
      );
    expect(ids('AwakeWanted')).toEqual(new Set(['batch.pixtools-api', WORKER]));
    expect(ids('CPUUtilization')).toEqual(new Set([SERVICE, WORKER]));
  });
});

describe('the stack', () => {
  const kinds = ({ resources }: Deployed): ReadonlySet<string> =>
    new Set(Object.values(resources).map(({ Type }) => Type));
  const least = { ServiceName: 'fluidity-server' };
  const only = (parameters: Readonly<Record<string, string>>): Deployed =>
    deploy({ template: sourceOf('observability'), stack: 'watch', parameters });

  it('watches no more than there is', () => {
    const { resources } = only(least);
    const loud = Object.entries(resources)
      .filter(([, { Type, Properties }]) => Type.endsWith('Alarm') && Properties.ActionsEnabled !== false)
      .map(([id]) => id);
    expect(loud).toEqual(['CpuHigh', 'MemoryHigh', 'BootSlow', 'HealthFailing']);
    expect(JSON.parse(resources['Dashboard']?.Properties.DashboardBody).widgets).toHaveLength(4);
  });

  it('makes nothing that costs extra, or that an account has one of, unless somebody says so', () => {
    const extra = ['AWS::CloudTrail::Trail', 'AWS::Budgets::Budget', 'AWS::CE::AnomalyMonitor'];
    expect(extra.filter((type) => kinds(only(least)).has(type))).toEqual([]);
    const all = { ...PARAMETERS, MonthlyBudget: '30', CostAnomalies: 'on' };
    expect(extra.filter((type) => !kinds(only(all)).has(type))).toEqual([]);
  });

  it('tells of unusual costs by the monitor that the account has, and makes no second one', () => {
    const monitor = 'arn:aws:ce::123456789012:anomalymonitor/00000000-0000-0000-0000-000000000000';
    const { resources } = only({ ...least, CostAnomalies: monitor });
    expect(resources['AnomalySubscription']?.Properties.MonitorArnList).toEqual([monitor]);
    expect(resources['AnomalyMonitor']).toBeUndefined();
    expect(() => only({ ...least, CostAnomalies: 'perhaps' })).toThrow();
  });

  it.each([
    [{ LoadBalancerFullName: BALANCER.LoadBalancer }],
    [{ TargetGroupFullName: BALANCER.TargetGroup }],
    [{ AccessDenied: 'on' }],
    [{ AlarmEmail: 'ops@example.org', AlarmTopicArn: 'arn:aws:sns:eu-central-1:123456789012:news' }],
  ])('refuses what would ring nobody: %j', (more) => {
    expect(() => only({ ...least, ...more })).toThrow();
  });

  it('tells the topic that is there already, and makes none', () => {
    const topic = 'arn:aws:sns:eu-central-1:123456789012:news';
    const stack = only({ ...least, AlarmTopicArn: topic });
    expect(kinds(stack).has('AWS::SNS::Topic')).toBe(false);
    expect(stack.resources['CpuHigh']?.Properties.AlarmActions).toEqual([topic]);
  });
});

describe('the examples', () => {
  const watching = EXAMPLES.filter(({ of }) => of === 'observability');

  it('watch each of the four systems', () => {
    expect(watching.map(({ file }) => file.replace('.observability', '')).toSorted()).toEqual([
      'fluidity',
      'model-registry',
      'pixell-runtime',
      'pixtools',
    ]);
  });

  it.each(watching.map((example) => [example.file, example] as const))(
    '%s watches a service that an example makes',
    (_, example) => {
      const { parameters, stack } = example;
      const { values } = deploy({ template: sourceOf('observability'), stack, parameters });
      const made = EXAMPLES.filter(({ of }) => of === 'fargate-service').map((one) => one.parameters);
      for (const name of [values['ServiceName'], values['WorkerName']]) {
        if (name === '') continue;
        const [service] = made.filter(({ ServiceName }) => ServiceName === name);
        expect([name, service?.['ClusterName'] ?? 'main']).toEqual([name, values['ClusterName']]);
        expect(service).toBeDefined();
      }
    },
  );
});
