/** The parameters of the stage, checked before anything is built of them, and what follows from them. */
const isTimeZone = (name) => {
  try {
    // Offsets such as +01:00 are zones to JavaScript, but not to a schedule.
    return /^[A-Za-z]/.test(name) && Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
};

const is = (pattern) => (value) => pattern.test(value);

const RULES = {
  'sls:stage': {
    isRight: is(/^[a-z][a-z0-9-]{0,14}$/),
    expected: 'up to 15 of a-z, 0-9 and -, for it becomes part of a bucket name',
  },
  'param:clusters': {
    isRight: is(/^[\w-]{1,255}(,[\w-]{1,255})*$/),
    expected: 'names of clusters, comma-separated and without spaces',
  },
  'param:nightlyKillTime': { isRight: is(/^([01]\d|2[0-3]):[0-5]\d$/), expected: 'HH:MM' },
  'param:timeZone': { isRight: isTimeZone, expected: 'an IANA time zone such as Europe/Zurich' },
  'param:tickMinutes': { isRight: is(/^([1-9]|10)$/), expected: 'a whole number from 1 to 10' },
  'param:auth': { isRight: is(/^(apiKey|iam)$/), expected: 'apiKey or iam' },
  'param:serviceMetrics': { isRight: is(/^(on|off)$/), expected: 'on or off' },
  'param:tracing': { isRight: is(/^(true|false)$/), expected: 'true or false' },
  'param:accessLogs': { isRight: is(/^(on|off)$/), expected: 'on or off' },
  'param:releaseEvents': { isRight: is(/^(on|off)$/), expected: 'on or off' },
  'param:reservedConcurrency': { isRight: is(/^(off|[1-9]\d{0,3})$/), expected: 'off or a number' },
  'param:unregisteredDevelopers': { isRight: is(/^(refuse|allow)$/), expected: 'refuse or allow' },
  'param:registryReaders': {
    isRight: (value) => value === '' || value.split(',').every(is(/^(\d{12}|arn:aws[\w-]*:iam::\d{12}:[^\s*]+)$/)),
    expected: 'ARNs of roles or numbers of accounts, comma-separated and without spaces, or empty',
  },
  'param:registryKey': {
    isRight: is(/^(arn:aws[\w-]*:kms:[\w-]+:\d{12}:key\/[\w-]+)?$/),
    expected: 'the ARN of a key (not of an alias) or empty',
  },
  'param:registryReplica': {
    isRight: is(/^(arn:aws[\w-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$/),
    expected: 'the ARN of a bucket or empty',
  },
  'param:registryAccessLogs': {
    isRight: is(/^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$/),
    expected: 'the name of a bucket or empty',
  },
  'param:objectLockDays': { isRight: is(/^(off|[1-9]\d{0,4})$/), expected: 'off or a number of days' },
  'param:breakGlassRole': {
    isRight: is(/^(arn:aws[\w-]*:iam::\d{12}:role\/[^\s,*]+)?$/),
    expected: 'the ARN of a role or empty',
  },
  'param:alarmEmail': { isRight: is(/^(\S+@\S+)?$/), expected: 'an e-mail address or empty' },
};

/** Shown once per place that the parameter is used in: without a stack it stays readable. */
const complaint = (message) => Object.assign(new Error(message), { stack: '' });

const read = async (resolveVariable) => {
  const values = {};
  for (const [name, { isRight, expected }] of Object.entries(RULES)) {
    const value = await resolveVariable(name);
    const shortName = name.split(':')[1];
    if (!isRight(String(value))) throw complaint(`${shortName} is "${value}" and has to be ${expected}`);
    values[shortName] = String(value);
  }
  if (values.registryKey && values.registryReplica)
    throw complaint('registryKey and registryReplica do not go together: a copy would need a key of its own');
  return values;
};

const inAccount = (resource) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:ecs:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
});

module.exports = async ({ resolveVariable }) => {
  const { clusters, nightlyKillTime, reservedConcurrency } = await read(resolveVariable);
  const [hour, minute] = nightlyKillTime.split(':').map(Number);
  const names = clusters.split(',');
  return {
    clusterArns: names.map((name) => inAccount(`cluster/${name}`)),
    /** To match the ARN of any service of the clusters. */
    serviceArns: names.map((name) => ({ prefix: inAccount(`service/${name}/`) })),
    nightlyKillCron: `cron(${minute} ${hour} * * ? *)`,
    reservedConcurrency: reservedConcurrency === 'off' ? null : Number(reservedConcurrency),
  };
};
