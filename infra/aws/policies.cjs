/**
 * What functions may do, in pieces with a name; each role picks its own (functions/<name>/function.yml).
 * `*` stands only where AWS knows nothing narrower, and the reason stands beside it.
 */
const inThisAccount = (service, resource) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
});

const allow = (Action, Resource, Condition) => ({ Effect: 'Allow', Action, Resource, ...(Condition && { Condition }) });

const policy = (PolicyName, ...Statement) => ({ PolicyName, PolicyDocument: { Version: '2012-10-17', Statement } });

const onBucket = (bucket) => {
  const inBucket = (suffix) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:s3:::${bucket}${suffix}` });
  const objects = (action, ...patterns) =>
    allow(
      action,
      patterns.map((pattern) => inBucket(`/${pattern}`)),
    );
  // S3 says 404 for an absent key only to those who may list it; to others it says 403, and that is no "absent".
  const lists = (action, ...patterns) => allow(action, inBucket(''), { StringLike: { 's3:prefix': patterns } });
  const reads = (...patterns) => [objects('s3:GetObject', ...patterns), lists('s3:ListBucket', ...patterns)];
  return { objects, lists, reads };
};

const onControlBucket = (bucket) => {
  const { objects, reads } = onBucket(bucket);
  return {
    readsControl: policy('ReadsControl', ...reads('directory.json', 'services/*', 'leases/*')),
    readsGrants: policy('ReadsGrants', ...reads('grants/*')),
    readsDevelopers: policy('ReadsDevelopers', ...reads('developers/*')),
    writesRecords: policy('WritesRecords', objects('s3:PutObject', 'services/*')),
    keepsSightings: policy('KeepsSightings', ...reads('observed/*'), objects('s3:PutObject', 'observed/*')),
    readsHistory: policy('ReadsHistory', ...reads('history/*')),
    keepsHistory: policy('KeepsHistory', ...reads('history/*'), objects('s3:PutObject', 'history/*')),
    writesLeases: policy('WritesLeases', objects('s3:PutObject', 'leases/*')),
    // Conditional on what was read, so it needs ReadsControl as well.
    endsLeases: policy('EndsLeases', objects('s3:DeleteObject', 'leases/*')),
    keepsDirectory: policy(
      'KeepsDirectory',
      objects('s3:PutObject', 'directory.json'),
      // Of services that left long ago.
      objects('s3:DeleteObject', 'services/*', 'observed/*', 'history/*'),
    ),
  };
};

const onRegistryBucket = (bucket) => {
  const { objects, reads } = onBucket(bucket);
  return {
    readsUploads: policy('ReadsUploads', ...reads('uploads/*'), objects('s3:GetObjectVersion', 'uploads/*')),
    // That version, for good: nothing is hidden behind a delete marker.
    takesUploads: policy('TakesUploads', objects('s3:DeleteObjectVersion', 'uploads/*')),
    // A signed address allows what its signer may do.
    signsUploads: policy('SignsUploads', objects('s3:PutObject', 'uploads/*')),
    readsPackages: policy('ReadsPackages', ...reads('packages/*')),
    // On the conditions that the bucket demands.
    writesPackages: policy('WritesPackages', objects('s3:PutObject', 'packages/*')),
    locksPackages: policy('LocksPackages', objects('s3:PutObjectRetention', 'packages/*')),
    yanksPackages: policy(
      'YanksPackages',
      objects('s3:PutObject', 'packages/*/status.json', 'packages/*/index.json', 'packages/*/latest'),
    ),
    keepsIndex: policy('KeepsIndex', ...reads('index/*'), objects('s3:PutObject', 'index/*')),
    readsVerdicts: policy('ReadsVerdicts', ...reads('results/*')),
    writesVerdicts: policy('WritesVerdicts', objects('s3:PutObject', 'results/*')),
  };
};

/**
 * All that UpdateService can be asked besides the counts, as far as IAM can see it. CPU and memory are not here: they
 * come with the task definition. `forceNewDeployment` has no key: IAM cannot see it.
 */
const BESIDES_COUNTS = [
  'ecs:auto-assign-public-ip',
  'ecs:capacity-provider',
  'ecs:enable-ebs-volumes',
  'ecs:enable-ecs-managed-tags',
  'ecs:enable-execute-command',
  'ecs:enable-service-connect',
  'ecs:enable-vpc-lattice',
  'ecs:namespace',
  'ecs:propagate-tags',
  'ecs:subnet',
  'ecs:task-definition',
];

const onClusters = (clusters) => {
  const all = (kind) => clusters.map((cluster) => inThisAccount('ecs', `${kind}/${cluster}/*`));
  const here = { ArnEquals: { 'ecs:cluster': clusters.map((cluster) => inThisAccount('ecs', `cluster/${cluster}`)) } };
  return {
    observesFleet: policy(
      'ObservesFleet',
      // *: a listing has no resource; the condition fences it.
      allow('ecs:ListServices', '*', here),
      // *: its resource is a container instance, and Fargate has none; the condition fences it.
      allow('ecs:ListTasks', '*', here),
      // Not fenced by the tag: a service without it has to read as unknown, not as AccessDenied.
      allow('ecs:DescribeServices', all('service')),
      allow('ecs:DescribeTasks', all('task')),
      // *: has no resource. A public address is on a task's network interface, not on the task.
      allow('ec2:DescribeNetworkInterfaces', '*'),
      // *: have no resource.
      allow(['ecs:DescribeTaskDefinition', 'application-autoscaling:DescribeScalableTargets'], '*'),
    ),
    scalesFleet: policy(
      'ScalesFleet',
      // How many tasks, of managed services, and nothing else.
      allow('ecs:UpdateService', all('service'), {
        StringEquals: { 'aws:ResourceTag/nightporter:managed': 'true' },
        Null: Object.fromEntries(BESIDES_COUNTS.map((key) => [key, 'true'])),
      }),
      // A target goes by an id that says nothing of its service: the code refuses those that are not managed.
      allow(
        'application-autoscaling:RegisterScalableTarget',
        inThisAccount('application-autoscaling', 'scalable-target/*'),
        {
          StringEquals: {
            'application-autoscaling:service-namespace': 'ecs',
            'application-autoscaling:scalable-dimension': 'ecs:service:DesiredCount',
          },
        },
      ),
    ),
  };
};

/** For S3 alone, which asks in the name of whoever reads and writes. */
const onRegistryKey = (key) => ({
  usesRegistryKey: policy(
    'UsesRegistryKey',
    allow(['kms:Decrypt', 'kms:GenerateDataKey'], key, {
      StringEquals: { 'kms:ViaService': { 'Fn::Sub': 's3.${AWS::Region}.${AWS::URLSuffix}' } },
    }),
  ),
});

const elsewhere = {
  // *: metrics have no resource. No cloudwatch:namespace: that is a condition of PutMetricData, and here it never holds.
  measuresActivity: policy('MeasuresActivity', allow('cloudwatch:GetMetricData', '*')),
  // *: have no resource.
  traces: policy('Traces', allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*')),
  tellsNews: policy('TellsNews', allow('sns:Publish', { Ref: 'NewsTopic' })),
  announcesPackages: policy('AnnouncesPackages', allow('sns:Publish', { Ref: 'PackagesTopic' })),
  takesArrivals: policy(
    'TakesArrivals',
    allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], {
      'Fn::GetAtt': ['ArrivedUploads', 'Arn'],
    }),
  ),
  replaysFailures: policy(
    'ReplaysFailures',
    allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage'], { 'Fn::GetAtt': ['FailedUploads', 'Arn'] }),
    allow('sqs:SendMessage', { 'Fn::GetAtt': ['ArrivedUploads', 'Arn'] }),
  ),
  leavesFailures: policy('LeavesFailures', allow('sqs:SendMessage', { 'Fn::GetAtt': ['FailedEvents', 'Arn'] })),
};

module.exports = async ({ resolveVariable }) => ({
  ...onControlBucket(await resolveVariable('self:custom.controlBucket')),
  ...onRegistryBucket(await resolveVariable('self:custom.registryBucket')),
  ...onRegistryKey(await resolveVariable('param:registryKey')),
  ...onClusters((await resolveVariable('param:clusters')).split(',')),
  ...elsewhere,
});
