import { eventRules as timeRules } from '../../rules/events.ts';
import { listed, mentioned, target, values } from '../../rules/template.ts';
import { items, written, type Entry, type SourceRule } from './rule.ts';

/** When an alarm changes its state, and whom it tells. */
const JUDGES = ['Threshold', 'ComparisonOperator', 'EvaluationPeriods', 'TreatMissingData'];
const RINGS = ['AlarmDescription', 'AlarmActions'];

export const eventRules = {
  'times are such as EventBridge takes': (template) => timeRules['times are such as EventBridge takes'](template),

  'an alarm says when it rings, and rings somebody or is a part of one that does': (template) => {
    const composites = written(template, 'AWS::CloudWatch::CompositeAlarm');
    const parts = mentioned(composites.map(([, { Properties }]) => Properties.AlarmRule));
    const lacks = ([id, { Properties }]: Entry, needed: readonly string[]): readonly string[] =>
      needed.filter((property) => Properties[property] === undefined).map((property) => `${id} has no ${property}`);
    return [
      ...composites.flatMap((entry) => lacks(entry, RINGS)),
      ...written(template, 'AWS::CloudWatch::Alarm').flatMap((entry) => {
        const [id, { Properties }] = entry;
        const isPart = Properties.ActionsEnabled === false && parts.has(id);
        return lacks(entry, isPart ? [...JUDGES, 'AlarmDescription'] : [...JUDGES, ...RINGS]);
      }),
    ];
  },

  'a queue that waits for failures rings': (template) => {
    const watched = written(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => mentioned(Properties));
    const dead = [...values(template.Resources)]
      .filter(([path]) => /\/(?:DeadLetterConfig\/Arn|deadLetterTargetArn)$/.test(path))
      .flatMap(([, value]) => target(value) ?? []);
    return [...new Set(dead)].filter((id) => !watched.some((ids) => ids.has(id))).map((id) => `${id} fills unseen`);
  },

  'whoever is told by a service lets that service in': (template) => {
    const policies = Object.values(template.Resources)
      .filter(({ Type }) => /^AWS::(?:SNS::TopicPolicy|SQS::QueuePolicy)$/.test(Type))
      .flatMap(({ Properties }) => listed<any>(Properties.PolicyDocument.Statement));
    const isLetIn = (id: string): boolean =>
      policies.some(
        ({ Principal, Resource, Condition }) =>
          listed(Principal?.Service).includes('events.amazonaws.com') &&
          listed(Resource).some((one) => target(one) === id) &&
          Condition !== undefined,
      );
    return written(template, 'AWS::Events::Rule').flatMap(([id, { Properties }]) =>
      items(Properties.Targets)
        .flatMap(({ Arn, DeadLetterConfig }) => [Arn, DeadLetterConfig?.Arn])
        .flatMap((arn) => target(arn) ?? [])
        .filter((to) => /^AWS::(?:SNS::Topic|SQS::Queue)$/.test(template.Resources[to]?.Type ?? '') && !isLetIn(to))
        .map((to) => `${id} is not let in by ${to}`),
    );
  },
} as const satisfies Readonly<Record<string, SourceRule>>;
