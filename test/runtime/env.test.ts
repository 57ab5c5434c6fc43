import { describe, expect, it } from 'vitest';
import {
  coreVariables,
  closingTime,
  decisionVariables,
  deadLetterVariables,
  newsVariables,
  environmentOf,
  houseSettings,
  registrySettings,
  registryVariables,
  sessionSettings,
  sessionVariables,
  judgingVariables,
} from '#shared/runtime/env.ts';

const ALL = {
  ...coreVariables(),
  ...sessionVariables,
  ...decisionVariables,
  ...newsVariables,
  ...registryVariables(),
  ...judgingVariables,
  ...deadLetterVariables,
};

const GOOD = {
  CONTROL_BUCKET: 'nightporter-control-123456789012',
  CLUSTERS: 'main,batch',
  NIGHTLY_KILL_TIME: '23:30',
  TIME_ZONE: 'Europe/Zurich',
  DEFAULT_SERVICE: 'api',
  ACTIVITY_NAMESPACE: 'Fluidity/Server',
  NEWS_TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:nightporter-dev-news',
  REGISTRY_BUCKET: 'nightporter-apkg-123456789012',
  PACKAGES_TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:nightporter-dev-packages',
  UNREGISTERED_DEVELOPERS: 'refuse',
  UPLOADER_ID: 'AROAEXAMPLEEXAMPLE01',
  OBJECT_LOCK_DAYS: '365',
  ARRIVED_UPLOADS_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/nightporter-arrived',
  FAILED_UPLOADS_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/nightporter-failed',
  METRIC_NAMESPACE: 'Nightporter',
  DEPLOYMENT: 'nightporter-dev',
  SERVICE_METRICS: 'on',
};

const read = (more: Readonly<Record<string, string | undefined>> = {}) => environmentOf(ALL, { ...GOOD, ...more });

describe('the environment of a function', () => {
  it('is read into what the code means', () => {
    expect(read()).toEqual({
      ...GOOD,
      NIGHTLY_KILL_TIME: 23 * 3_600_000 + 30 * 60_000,
      OBJECT_LOCK_DAYS: 365,
    });
  });

  it('names all that is missing or wrong at once, and no value', () => {
    const bad = { CLUSTERS: undefined, NIGHTLY_KILL_TIME: 'a secret', DEPLOYMENT: undefined };
    expect(() => read(bad)).toThrow(
      new Error(
        'the environment cannot be used: DEPLOYMENT is missing; CLUSTERS is missing; ' +
          'NIGHTLY_KILL_TIME must be a time of day such as 23:00',
      ),
    );
  });

  it('may hold more than the function needs', () => {
    expect(environmentOf(coreVariables(), { ...GOOD, PATH: '/bin' })).not.toHaveProperty('PATH');
  });

  it.for([
    ['CONTROL_BUCKET', ''],
    ['CONTROL_BUCKET', 'Upper'],
    ['CONTROL_BUCKET', 's3://bucket'],
    ['CLUSTERS', ''],
    ['CLUSTERS', 'main,'],
    ['CLUSTERS', 'main, batch'],
    ['CLUSTERS', 'main,main'],
    ['CLUSTERS', 'a,main,b,main'],
    ['CLUSTERS', 'main,a,main,b'],
    ['CLUSTERS', 'arn:aws:ecs:eu-central-1:123456789012:cluster/main'],
    ['NIGHTLY_KILL_TIME', '24:00'],
    ['NIGHTLY_KILL_TIME', '9:00'],
    ['NIGHTLY_KILL_TIME', '23:60'],
    ['NIGHTLY_KILL_TIME', '23:00\n'],
    ['TIME_ZONE', ''],
    ['TIME_ZONE', 'Mars/Olympus'],
    ['TIME_ZONE', '+01:00'],
    ['DEFAULT_SERVICE', '../x'],
    ['ACTIVITY_NAMESPACE', ''],
    ['METRIC_NAMESPACE', 'with space'],
    ['SERVICE_METRICS', 'true'],
    ['NEWS_TOPIC_ARN', 'news'],
    ['REGISTRY_BUCKET', 'packages/'],
    ['PACKAGES_TOPIC_ARN', 'packages'],
    ['UNREGISTERED_DEVELOPERS', 'yes'],
    ['UPLOADER_ID', 'arn:aws:iam::123456789012:role/packages'],
    ['UPLOADER_ID', ''],
    ['OBJECT_LOCK_DAYS', '0'],
    ['OBJECT_LOCK_DAYS', '1.5'],
    ['OBJECT_LOCK_DAYS', ''],
    ['ARRIVED_UPLOADS_URL', 'arrived'],
    ['FAILED_UPLOADS_URL', 'arn:aws:sqs:eu-central-1:123456789012:failed'],
    ['DEPLOYMENT', ':begins-with-a-colon'],
    ['DEPLOYMENT', ''],
  ] as const)('refuses %s=%j', ([name, value]) => {
    expect(() => read({ [name]: value })).toThrow(`the environment cannot be used: ${name} must be`);
  });

  it.for([
    ['NIGHTLY_KILL_TIME', '00:00'],
    ['NIGHTLY_KILL_TIME', '23:59'],
    ['TIME_ZONE', 'UTC'],
    ['CLUSTERS', 'one'],
    ['CLUSTERS', 'main,main-2,2-main,mai'],
    ['DEFAULT_SERVICE', ''],
    ['UNREGISTERED_DEVELOPERS', 'allow'],
    ['OBJECT_LOCK_DAYS', 'off'],
    ['OBJECT_LOCK_DAYS', '1'],
    ['FAILED_UPLOADS_URL', 'http://127.0.0.1:5000/123456789012/failed'],
    ['NEWS_TOPIC_ARN', 'arn:aws-us-gov:sns:us-gov-west-1:123456789012:news'],
  ] as const)('takes %s=%j', ([name, value]) => {
    expect(() => read({ [name]: value })).not.toThrow();
  });

  it('is told to the use cases in their own words', () => {
    const timeZone = 'Europe/Zurich';
    expect(houseSettings(read())).toEqual({ timeZone });
    expect(closingTime(read())).toEqual({ timeZone, nightlyKill: { timeOfDayMs: 84_600_000, timeZone } });
    expect(sessionSettings(read())).toEqual({ timeZone, defaultService: 'api' });
    expect(sessionSettings(read({ DEFAULT_SERVICE: '' }))).toEqual({ timeZone });
    expect(registrySettings(read())).toEqual({ unregistered: 'refuse', uploader: 'AROAEXAMPLEEXAMPLE01' });
    expect(registrySettings({ UNREGISTERED_DEVELOPERS: 'allow' })).toEqual({ unregistered: 'allow', uploader: null });
  });
});
