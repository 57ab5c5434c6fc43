import { functions, listed, mayDo, ofType, statements, target, text, type Rule, type Template } from './template.ts';

const roleOf = (template: Template, id: string | undefined) =>
  template.Resources[target(template.Resources[id ?? '']?.Properties.Role) ?? ''];

/** What calls a function and does not wait for its answer. */
const calledWithoutWaiting = (template: Template): ReadonlySet<string | undefined> =>
  new Set([
    ...ofType(template, 'AWS::Scheduler::Schedule').map(([, { Properties }]) => target(Properties.Target.Arn)),
    ...ofType(template, 'AWS::Events::Rule').flatMap(([, { Properties }]) =>
      Properties.Targets.map(({ Arn }: any) => target(Arn)),
    ),
  ]);

/** What takes from a queue. */
const calledByQueues = (template: Template): ReadonlySet<string | undefined> =>
  new Set(
    ofType(template, 'AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => target(Properties.FunctionName)),
  );

const GATEWAY_HANGS_UP_AFTER = 29;
const ASYNC_RETRIES_AT_MOST = 2;

export const functionRules = {
  'functions run on arm64 and Node 24': (template) =>
    functions(template)
      .filter(([, { Properties }]) => Properties.Runtime !== 'nodejs24.x' || Properties.Architectures?.[0] !== 'arm64')
      .map(([id]) => `${id} runs elsewhere`),

  'a function writes to a log group of its own that forgets, and cannot make another': (template) =>
    functions(template).flatMap(([id, { Properties }]) => {
      const groups = ofType(template, 'AWS::Logs::LogGroup').filter(
        ([, group]) => group.Properties.LogGroupName === `/aws/lambda/${Properties.FunctionName}`,
      );
      const [group] = groups;
      if (!group) return [`${id} has no log group`];
      const role = roleOf(template, id);
      const makesGroups = role && statements(role).some(({ Action }) => listed(Action).includes('logs:CreateLogGroup'));
      return [
        ...(group[1].Properties.RetentionInDays > 0 ? [] : [`${group[0]} never forgets`]),
        ...(mayDo(role, 'logs:CreateLogStream', group[0]) && mayDo(role, 'logs:PutLogEvents', group[0])
          ? []
          : [`${id} may not write its log`]),
        ...(makesGroups ? [`${id} may make log groups`] : []),
      ];
    }),

  'a function that is traced may say so': (template) =>
    functions(template)
      .filter(([id, { Properties }]) => {
        const role = roleOf(template, id);
        const may = role ? statements(role).flatMap(({ Action }) => listed<string>(Action)) : [];
        return Properties.TracingConfig?.Mode === 'Active' && !may.includes('xray:PutTraceSegments');
      })
      .map(([id]) => `${id} may not trace`),

  'every way in runs the code that was deployed last': (template) =>
    ['AWS::Lambda::Version', 'AWS::Lambda::Alias'].flatMap((type) =>
      ofType(template, type).map(([id]) => `${id} stays behind`),
    ),

  'the API is the only way in from outside': (template) => [
    ...ofType(template, 'AWS::Lambda::Url').map(([id]) => `${id} is an address of its own`),
    ...ofType(template, 'AWS::Lambda::Permission')
      .filter(
        ([, { Properties }]) =>
          !/^(apigateway|events)\.amazonaws\.com$/.test(Properties.Principal) || !Properties.SourceArn,
      )
      .map(([id]) => `${id} lets anybody in`),
  ],

  'whoever is waited for by the gateway answers before it hangs up': (template) => {
    const unhurried = new Set([...calledWithoutWaiting(template), ...calledByQueues(template)]);
    return functions(template)
      .filter(([id, { Properties }]) => !unhurried.has(id) && Properties.Timeout > GATEWAY_HANGS_UP_AFTER)
      .map(([id]) => `${id} answers nobody`);
  },

  'what fails for good without anybody waiting is kept': (template) =>
    [...calledWithoutWaiting(template)].flatMap((id) => {
      const config = ofType(template, 'AWS::Lambda::EventInvokeConfig').find(
        ([, { Properties }]) => target(Properties.FunctionName) === id,
      )?.[1].Properties;
      const queue = target(config?.DestinationConfig?.OnFailure?.Destination);
      if (!queue || template.Resources[queue]?.Type !== 'AWS::SQS::Queue') return [`failures of ${id} are lost`];
      return [
        ...(mayDo(roleOf(template, id), 'sqs:SendMessage', queue) ? [] : [`${id} may not leave its failures`]),
        ...(config.MaximumRetryAttempts <= ASYNC_RETRIES_AT_MOST ? [] : [`${id} is retried too often`]),
      ];
    }),

  'no function is given a secret': (template) =>
    functions(template).flatMap(([id, { Properties }]) =>
      Object.entries<any>(Properties.Environment?.Variables ?? {})
        .filter(([name, value]) => /SECRET|PASSWORD|TOKEN|API_KEY/i.test(name) || text(value).startsWith('AKIA'))
        .map(([name]) => `${id} is given ${name}`),
    ),
} as const satisfies Readonly<Record<string, Rule>>;
