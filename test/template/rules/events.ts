import { functions, isArn, mayDo, ofType, target, text, type Rule, type Template } from './template.ts';

const SCHEDULE = 'AWS::Scheduler::Schedule';
const RULE = 'AWS::Events::Rule';

interface Delivery {
  readonly from: string;
  readonly to: any;
}

const deliveries = (template: Template): readonly Delivery[] => [
  ...ofType(template, SCHEDULE).map(([from, { Properties }]) => ({ from, to: Properties.Target })),
  ...ofType(template, RULE).flatMap(([from, { Properties }]) => Properties.Targets.map((to: any) => ({ from, to }))),
];

/** Whether EventBridge takes it: a rule is strict about one and many, a schedule is not. */
const isRate = (expression: string, isStrict: boolean): boolean => {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (!count || Number(count) < 1) return false;
  return !isStrict || expression === `rate(${count} ${unit}${count === '1' ? '' : 's'})`;
};

const isCron = (expression: string): boolean =>
  /^cron\((\d{1,2}|\*) (\d{1,2}|\*) (\S+) (\S+) (\S+) (\S+)\)$/.test(expression) && /\?/.test(expression);

const RETRIES_AT_MOST = 10;
const LATE_AT_MOST = 1_800;

export const eventRules = {
  'every event goes to a function that there is, by its ARN': (template) => {
    const ids = functions(template).map(([id]) => id);
    return deliveries(template)
      .filter(({ to }) => !isArn(to.Arn) || !ids.includes(target(to.Arn) ?? ''))
      .map(({ from }) => `${from} goes nowhere`);
  },

  'what cannot be delivered is tried for a while and then kept': (template) =>
    deliveries(template).flatMap(({ from, to: { RetryPolicy, DeadLetterConfig } }) => {
      const queue = template.Resources[target(DeadLetterConfig?.Arn) ?? ''];
      return [
        ...(queue?.Type === 'AWS::SQS::Queue' ? [] : [`${from} loses what it cannot deliver`]),
        ...(RetryPolicy?.MaximumRetryAttempts <= RETRIES_AT_MOST && RetryPolicy.MaximumEventAgeInSeconds <= LATE_AT_MOST
          ? []
          : [`${from} tries for too long`]),
      ];
    }),

  'a rule is let in by its function and by the queue': (template) =>
    ofType(template, RULE).flatMap(([id, { Properties }]) =>
      Properties.Targets.flatMap(({ Arn, DeadLetterConfig }: any) => {
        const isLetIn = ofType(template, 'AWS::Lambda::Permission').some(
          ([, permission]) =>
            target(permission.Properties.FunctionName) === target(Arn) &&
            permission.Properties.Principal === 'events.amazonaws.com' &&
            target(permission.Properties.SourceArn) === id,
        );
        const isQueueOpen = ofType(template, 'AWS::SQS::QueuePolicy').some(
          ([, policy]) =>
            policy.Properties.Queues.some((queue: any) => target(queue) === target(DeadLetterConfig?.Arn)) &&
            policy.Properties.PolicyDocument.Statement.some(
              ({ Principal, Condition }: any) =>
                Principal.Service === 'events.amazonaws.com' &&
                (Condition?.ArnEquals?.['aws:SourceArn'] ?? []).some((source: any) => target(source) === id),
            ),
        );
        return [
          ...(isLetIn ? [] : [`${id} is not let in`]),
          ...(isQueueOpen ? [] : [`${id} may not leave what it cannot deliver`]),
        ];
      }),
    ),

  'a schedule may call its function and leave what it cannot deliver': (template) =>
    ofType(template, SCHEDULE).flatMap(([id, { Properties }]) => {
      const { Arn, RoleArn, DeadLetterConfig } = Properties.Target;
      const role = template.Resources[target(RoleArn) ?? ''];
      return [
        ...(mayDo(role, 'lambda:InvokeFunction', target(Arn) ?? '') ? [] : [`${id} may not call`]),
        ...(mayDo(role, 'sqs:SendMessage', target(DeadLetterConfig?.Arn) ?? '')
          ? []
          : [`${id} may not leave anything`]),
      ];
    }),

  'times are such as EventBridge takes': (template) =>
    [...ofType(template, SCHEDULE), ...ofType(template, RULE)]
      .filter(
        ([
          ,
          {
            Type,
            Properties: { ScheduleExpression },
          },
        ]) =>
          ScheduleExpression === undefined
            ? Type === SCHEDULE
            : !isRate(ScheduleExpression, Type === RULE) && !isCron(ScheduleExpression),
      )
      .map(([id]) => `${id} is at no time`),

  'a schedule is punctual, says for when it was meant, and where': (template) =>
    ofType(template, SCHEDULE).flatMap(([id, { Properties }]) => [
      ...(Properties.FlexibleTimeWindow?.Mode === 'OFF' ? [] : [`${id} comes when it likes`]),
      ...(JSON.parse(Properties.Target.Input ?? '{}').time === '<aws.scheduler.scheduled-time>'
        ? []
        : [`${id} does not say for when`]),
      ...(!Properties.ScheduleExpression?.startsWith('cron(') || Properties.ScheduleExpressionTimezone
        ? []
        : [`${id} does not say in which time zone`]),
    ]),

  'only services of our clusters are listened to': (template) =>
    ofType(template, RULE)
      .filter(
        ([
          ,
          {
            Properties: { EventPattern },
          },
        ]) => {
          const clusters = EventPattern.detail?.clusterArn ?? [];
          const services = (EventPattern.resources ?? []).map(({ prefix }: any) => text(prefix));
          const isOfTasks =
            clusters.length > 0 &&
            clusters.every((arn: any) => /:cluster\/[\w-]+$/.test(text(arn))) &&
            EventPattern.detail.group?.[0]?.prefix === 'service:';
          const isOfServices = services.length > 0 && services.every((arn: string) => /:service\/[\w-]+\/$/.test(arn));
          return EventPattern.source?.join() !== 'aws.ecs' || !(isOfTasks || isOfServices);
        },
      )
      .map(([id]) => `${id} listens to everybody`),
} as const satisfies Readonly<Record<string, Rule>>;
