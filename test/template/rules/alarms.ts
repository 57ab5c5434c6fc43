import { METRICS } from '#shared/domain/metrics.ts';
import { functions, ofType, target, text, type Entry, type Rule, type Template } from './template.ts';

const ALARM = 'AWS::CloudWatch::Alarm';

const alarms = (template: Template): readonly Entry[] => ofType(template, ALARM);

/** A metric as an alarm or a drawing names it. */
interface Shown {
  readonly by: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

const alarmed = (template: Template): readonly Shown[] =>
  alarms(template).map(([by, { Properties }]) => ({
    by,
    namespace: text(Properties.Namespace),
    name: Properties.MetricName,
    dimensions: Object.fromEntries(
      (Properties.Dimensions ?? []).map(({ Name, Value }: any) => [
        Name,
        // A function goes by its name, which is what its Ref will be.
        template.Resources[target(Value) ?? '']?.Properties.FunctionName ?? text(Value),
      ]),
    ),
  }));

/** A row is namespace, name, dimension, value, … and options; one that only calculates has options alone. */
const drawn = (template: Template): readonly Shown[] =>
  ofType(template, 'AWS::CloudWatch::Dashboard').flatMap(([by, { Properties }]) =>
    JSON.parse(text(Properties.DashboardBody)).widgets.flatMap(({ properties }: any) =>
      properties.metrics
        .filter(([first]: any) => typeof first === 'string')
        .map(([namespace, name, ...rest]: any) => {
          const pairs = rest.filter((part: any) => typeof part === 'string');
          const entries = pairs.flatMap((part: string, index: number) =>
            index % 2 === 0 ? [[part, pairs[index + 1]]] : [],
          );
          return { by, namespace, name, dimensions: Object.fromEntries(entries) };
        }),
    ),
  );

const shown = (template: Template): readonly Shown[] => [...alarmed(template), ...drawn(template)];

/** What our code is told to call them. */
const told = (template: Template): { readonly namespace: string; readonly deployment: string } => {
  const all = functions(template).map(([, { Properties }]) => Properties.Environment?.Variables ?? {});
  const { METRIC_NAMESPACE, DEPLOYMENT } = all.find((variables) => variables.METRIC_NAMESPACE) ?? {};
  return { namespace: METRIC_NAMESPACE, deployment: DEPLOYMENT };
};

const ours = (template: Template): readonly Shown[] =>
  shown(template).filter(({ namespace }) => !namespace.startsWith('AWS/'));

const NEEDED = ['Statistic', 'Period', 'EvaluationPeriods', 'Threshold', 'ComparisonOperator', 'TreatMissingData'];

/** Those whose silence is the alarm. */
const SILENCE_RINGS = ['TicksCompleted'];

export const alarmRules = {
  'an alarm says when it rings, what it means, and rings somebody': (template) =>
    alarms(template).flatMap(([id, { Properties }]) => [
      ...NEEDED.filter((key) => Properties[key] === undefined).map((key) => `${id} has no ${key}`),
      ...(/^[A-Za-z].{20,}\. \S+#[a-z-]+$/.test(Properties.AlarmDescription ?? '')
        ? []
        : [`${id} does not say what it means`]),
      ...[Properties.AlarmActions, Properties.OKActions]
        .filter((actions) => template.Resources[target(actions?.[0]) ?? '']?.Type !== 'AWS::SNS::Topic')
        .map(() => `${id} rings nobody`),
    ]),

  'silence rings where it means that nothing runs, and nowhere else': (template) =>
    alarms(template)
      .filter(
        ([, { Properties }]) =>
          (Properties.TreatMissingData === 'breaching') !== SILENCE_RINGS.includes(Properties.MetricName),
      )
      .map(([id]) => `${id} takes silence for something else`),

  'errors and throttles of every function ring': (template) =>
    functions(template).flatMap(([id, { Properties }]) =>
      ['Errors', 'Throttles']
        .filter(
          (name) =>
            !alarmed(template).some(
              (one) => one.name === name && one.dimensions['FunctionName'] === Properties.FunctionName,
            ),
        )
        .map((name) => `${name} of ${id} ring nobody`),
    ),

  'whatever waits in a queue for failures rings': (template) =>
    ofType(template, 'AWS::SQS::Queue')
      .filter(([id]) => !alarmed(template).some(({ dimensions }) => dimensions['QueueName'] === `${id}.QueueName`))
      .map(([id]) => `${id} fills unseen`),

  'errors of the API ring, under the name that it has': (template) => {
    const stage = ofType(template, 'AWS::ApiGateway::Stage')[0]?.[1].Properties.StageName;
    const api = ofType(template, 'AWS::ApiGateway::RestApi')[0]?.[1].Properties.Name;
    const named = shown(template).filter(({ namespace }) => namespace === 'AWS/ApiGateway');
    return [
      ...named
        .filter(({ dimensions }) => dimensions['ApiName'] !== api || dimensions['Stage'] !== stage)
        .map(({ by, name }) => `${by}: ${name} is of no stage of ours`),
      ...(alarmed(template).some(({ name }) => name === '5XXError') ? [] : ['5xx ring nobody']),
    ];
  },

  'a metric of a function is of one that there is': (template) => {
    const names = functions(template).map(([, { Properties }]) => Properties.FunctionName);
    return shown(template)
      .filter(({ namespace, dimensions }) => namespace === 'AWS/Lambda' && !names.includes(dimensions['FunctionName']))
      .map(({ by, name }) => `${by}: ${name} of no function`);
  },

  'what is alarmed on or drawn is what is emitted, and the other way round': (template) => {
    const used = new Set(ours(template).map(({ name }) => name));
    return [
      ...[...used].filter((name) => !(name in METRICS)).map((name) => `nobody emits ${name}`),
      ...Object.keys(METRICS)
        .filter((name) => !used.has(name))
        .map((name) => `nobody looks at ${name}`),
    ];
  },

  'our metrics go by the namespace and the one dimension that the functions are told': (template) => {
    const { namespace, deployment } = told(template);
    return ours(template)
      .filter(
        (one) =>
          one.namespace !== namespace || JSON.stringify(one.dimensions) !== JSON.stringify({ Deployment: deployment }),
      )
      .map(({ by, name }) => `${by}: ${name} is looked for where it is not`);
  },

  'what a tick emits rings when it matters': (template) =>
    ['TicksCompleted', 'StartFailures', 'ActivityUnknown', 'SleptUnknown', 'Drift', 'NightlyKillDropped']
      .filter((name) => !alarmed(template).some((one) => one.name === name))
      .map((name) => `${name} rings nobody`),
} as const satisfies Readonly<Record<string, Rule>>;
