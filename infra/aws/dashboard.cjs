/** What the operator looks at. Rows of two or three; names and dimensions as in shared/domain/metrics.ts. */
const FUNCTIONS = ['wake', 'kill', 'status', 'leases', 'holds', 'openapi', 'sleep', 'nightly-kill', 'task-events'];
const OF_THE_REGISTRY = ['package-processor', 'registry-sweep', 'packages'];

const widget = (title, metrics, options = {}) => ({ title, metrics, ...options });

const ownOf =
  ({ deployment, namespace }) =>
  (name, options) => [namespace, name, 'Deployment', deployment, options];

const functionsOf =
  ({ deployment }, functions) =>
  (name, stat) =>
    functions.map((fn) => ['AWS/Lambda', name, 'FunctionName', `${deployment}-${fn}`, { stat, label: fn }]);

/** A dashboard of its own: up to fifty metrics each, three of them are free. */
const registry = (names) => {
  const own = ownOf(names);
  const byFunction = functionsOf(names, OF_THE_REGISTRY);
  return [
    [
      widget(
        'Uploads',
        ['PackagesPublished', 'PackagesRejected', 'UploadFailures'].map((name) => own(name, { stat: 'Sum' })),
      ),
      widget('Waiting and mended', [own('UploadsWaiting', { stat: 'Maximum' }), own('IndexHealed', { stat: 'Sum' })]),
    ],
    [
      widget('Invocations', byFunction('Invocations', 'Sum')),
      widget('Errors', byFunction('Errors', 'Sum')),
      widget('Duration, maximum', byFunction('Duration', 'Maximum')),
    ],
    [widget('Throttled', byFunction('Throttles', 'Sum'))],
  ];
};

const drawn = (names) => {
  const { deployment, stage } = names;
  const own = ownOf(names);
  const byFunction = functionsOf(names, FUNCTIONS);
  return [
    [
      widget('Wake: asked until ready', [
        own('WakeLatencyMs', { stat: 'p50', label: 'p50' }),
        own('WakeLatencyMs', { stat: 'p99', label: 'p99' }),
      ]),
      widget('Services', [own('ServicesAwake', { stat: 'Average' }), own('ServicesAsleep', { stat: 'Average' })], {
        view: 'timeSeries',
        stacked: true,
      }),
      widget('Service seconds awake and slept, per period', [
        own('ServicesAwake', { id: 'awake', stat: 'Average', visible: false }),
        own('ServicesAsleep', { id: 'asleep', stat: 'Average', visible: false }),
        [{ id: 'secondsAwake', expression: 'awake * PERIOD(awake)', label: 'seconds awake' }],
        [{ id: 'secondsSlept', expression: 'asleep * PERIOD(asleep)', label: 'seconds slept' }],
      ]),
    ],
    [
      widget('Ticks', [own('TicksCompleted', { stat: 'Sum' }), own('TickFailures', { stat: 'Sum' })]),
      widget('Calls to AWS per tick', [
        own('TickApiCalls', { stat: 'Average', label: 'average' }),
        own('TickApiCalls', { stat: 'Maximum', label: 'maximum' }),
      ]),
      widget('Not as it should be', [
        ...['StartFailures', 'SleptUnknown', 'NightlyKillDropped'].map((name) => own(name, { stat: 'Sum' })),
        ...['ActivityUnknown', 'Drift'].map((name) => own(name, { stat: 'Maximum' })),
      ]),
    ],
    [
      widget('Invocations', byFunction('Invocations', 'Sum')),
      widget('Errors', byFunction('Errors', 'Sum')),
      widget('Duration, p99', byFunction('Duration', 'p99')),
    ],
    [
      widget(
        'API',
        ['Count', '4XXError', '5XXError'].map((name) => [
          'AWS/ApiGateway',
          name,
          'ApiName',
          deployment,
          'Stage',
          stage,
          { stat: 'Sum' },
        ]),
      ),
      widget('Throttled', byFunction('Throttles', 'Sum')),
    ],
  ];
};

const COLUMNS = 24;
const HEIGHT = 6;

const placed = (rows) =>
  rows.flatMap((row, y) =>
    row.map((properties, x) => ({
      type: 'metric',
      x: (x * COLUMNS) / row.length,
      y: y * HEIGHT,
      width: COLUMNS / row.length,
      height: HEIGHT,
      properties: { view: 'timeSeries', region: '${AWS::Region}', period: 300, ...properties },
    })),
  );

const dashboard = (rows) => ({
  Type: 'AWS::CloudWatch::Dashboard',
  Properties: { DashboardBody: { 'Fn::Sub': JSON.stringify({ widgets: placed(rows) }) } },
});

module.exports = async ({ resolveVariable }) => {
  const names = {
    deployment: await resolveVariable('self:custom.deployment'),
    namespace: await resolveVariable('param:metricNamespace'),
    stage: await resolveVariable('sls:stage'),
  };
  return {
    Resources: { Dashboard: dashboard(drawn(names)), RegistryDashboard: dashboard(registry(names)) },
  };
};
