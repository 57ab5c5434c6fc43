/** What the registry bucket refuses, whoever asks, and whom it lets read. */
const inBucket = (suffix) => ({ 'Fn::Sub': `\${RegistryBucket.Arn}${suffix}` });

const bucket = { 'Fn::GetAtt': ['RegistryBucket', 'Arn'] };

/** What is written once and for all. */
const IMMUTABLE = ['package.apkg', 'package.sha256', 'package.sig', 'release.json'];

const READABLE = ['packages/*', 'index/*'];

/** To everybody; but for the one role, if there is one, that may mend by hand what nothing else can. */
const deny = (Sid, breakGlassRole, { Action, Resource, Condition }) => {
  const all = { ...Condition, ...(breakGlassRole && { ArnNotEquals: { 'aws:PrincipalArn': breakGlassRole } }) };
  const conditions = Object.keys(all).length > 0 && { Condition: all };
  return { Sid, Effect: 'Deny', Principal: '*', Action, Resource, ...conditions };
};

const refusals = (breakGlassRole) => [
  {
    Sid: 'OnlyOverTls',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [bucket, inBucket('/*')],
    Condition: { Bool: { 'aws:SecureTransport': false } },
  },
  // A part of an upload carries no condition, and so is refused too.
  deny('PublishedOnlyOnce', breakGlassRole, {
    Action: 's3:PutObject',
    Resource: IMMUTABLE.map((name) => inBucket(`/packages/*/${name}`)),
    Condition: { Null: { 's3:if-none-match': 'true' } },
  }),
  deny('WrittenOnlyOnCondition', breakGlassRole, {
    Action: 's3:PutObject',
    Resource: READABLE.map((pattern) => inBucket(`/${pattern}`)),
    Condition: { Null: { 's3:if-none-match': 'true', 's3:if-match': 'true' } },
  }),
  // A delete marker alone would let the same version be published again.
  deny('NeverDeleted', breakGlassRole, {
    Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
    Resource: [inBucket('/packages/*')],
  }),
];

/** The runtimes that install packages: these two prefixes, and nothing that has not been judged. */
const readers = (principals) => [
  {
    Sid: 'ReadersRead',
    Effect: 'Allow',
    Principal: { AWS: principals },
    Action: 's3:GetObject',
    Resource: READABLE.map((pattern) => inBucket(`/${pattern}`)),
  },
  {
    Sid: 'ReadersList',
    Effect: 'Allow',
    Principal: { AWS: principals },
    Action: 's3:ListBucket',
    Resource: bucket,
    Condition: { StringLike: { 's3:prefix': READABLE } },
  },
];

module.exports = async ({ resolveVariable }) => {
  // A number of an account may come as one.
  const principals = String(await resolveVariable('param:registryReaders'));
  return {
    statements: [
      ...refusals(await resolveVariable('param:breakGlassRole')),
      ...(principals === '' ? [] : readers(principals.split(','))),
    ],
  };
};
