import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

const settings = createRequire(import.meta.url)('../../infra/aws/settings.cjs');

const RIGHT: Readonly<Record<string, unknown>> = {
  'sls:stage': 'dev',
  'param:clusters': 'one,two',
  'param:nightlyKillTime': '23:00',
  'param:timeZone': 'UTC',
  'param:tickMinutes': 5,
  'param:auth': 'apiKey',
  'param:serviceMetrics': 'on',
  'param:tracing': true,
  'param:accessLogs': 'off',
  'param:releaseEvents': 'off',
  'param:reservedConcurrency': 'off',
  'param:alarmEmail': '',
  'param:unregisteredDevelopers': 'refuse',
  'param:registryReaders': '',
  'param:breakGlassRole': '',
  'param:registryKey': '',
  'param:registryReplica': '',
  'param:registryAccessLogs': '',
  'param:objectLockDays': 'off',
};

/** As the framework calls it. */
const read = (changed: Readonly<Record<string, unknown>> = {}): Promise<any> =>
  settings({ resolveVariable: async (name: string) => ({ ...RIGHT, ...changed })[name] });

describe('the parameters of a stage', () => {
  it('become what the template needs', async () => {
    await expect(read({ 'param:nightlyKillTime': '01:05', 'param:reservedConcurrency': '7' })).resolves.toMatchObject({
      nightlyKillCron: 'cron(5 1 * * ? *)',
      reservedConcurrency: 7,
      clusterArns: [
        { 'Fn::Sub': expect.stringMatching(/:cluster\/one$/) },
        { 'Fn::Sub': expect.stringMatching(/:cluster\/two$/) },
      ],
    });
    await expect(read()).resolves.toMatchObject({ nightlyKillCron: 'cron(0 23 * * ? *)', reservedConcurrency: null });
  });

  it.each([
    ['sls:stage', 'a23456789-12345'],
    ['param:clusters', 'one'],
    ['param:nightlyKillTime', '00:00'],
    ['param:timeZone', 'Europe/Zurich'],
    ['param:tickMinutes', 1],
    ['param:tickMinutes', '10'],
    ['param:auth', 'iam'],
    ['param:reservedConcurrency', 1],
    ['param:alarmEmail', 'ops@example.org'],
    ['param:releaseEvents', 'on'],
    ['param:serviceMetrics', 'off'],
    ['param:unregisteredDevelopers', 'allow'],
    ['param:registryReaders', '123456789012'],
    ['param:registryReaders', 'arn:aws:iam::123456789012:role/runtime,210987654321'],
    ['param:breakGlassRole', 'arn:aws:iam::123456789012:role/ops/mender'],
    ['param:registryKey', 'arn:aws:kms:eu-central-1:123456789012:key/0a1b-2c'],
    ['param:registryReplica', 'arn:aws:s3:::copies'],
    ['param:registryAccessLogs', 'logs.example.org'],
    ['param:objectLockDays', 365],
  ])('%s may be %s', async (name, value) => {
    await expect(read({ [name]: value })).resolves.toBeDefined();
  });

  it.each([
    ['sls:stage', 'Prod'],
    ['sls:stage', 'a23456789-123456'],
    ['sls:stage', '1st'],
    ['param:clusters', 'one, two'],
    ['param:clusters', ''],
    ['param:clusters', 'arn:aws:ecs:eu-central-1:123456789012:cluster/one'],
    ['param:nightlyKillTime', '24:00'],
    ['param:nightlyKillTime', '2300'],
    ['param:timeZone', 'Mars/Olympus'],
    ['param:timeZone', '+01:00'],
    ['param:tickMinutes', 0],
    ['param:tickMinutes', 11],
    ['param:tickMinutes', 2.5],
    ['param:auth', 'none'],
    ['param:tracing', 'on'],
    ['param:accessLogs', 'yes'],
    ['param:releaseEvents', 'yes'],
    ['param:serviceMetrics', 'true'],
    ['param:reservedConcurrency', '0'],
    ['param:alarmEmail', 'ops'],
    ['param:unregisteredDevelopers', 'yes'],
    ['param:registryReaders', '*'],
    ['param:registryReaders', 'arn:aws:iam::123456789012:role/*'],
    ['param:registryReaders', '123456789012, 210987654321'],
    ['param:registryReaders', '123456789012,'],
    ['param:breakGlassRole', '*'],
    ['param:breakGlassRole', 'mender'],
    ['param:breakGlassRole', 'arn:aws:iam::123456789012:role/*'],
    ['param:breakGlassRole', 'arn:aws:iam::123456789012:user/ada'],
    ['param:registryKey', 'alias/registry'],
    ['param:registryKey', 'arn:aws:kms:eu-central-1:123456789012:alias/registry'],
    ['param:registryReplica', 'copies'],
    ['param:registryAccessLogs', 'arn:aws:s3:::logs'],
    ['param:objectLockDays', 0],
    ['param:objectLockDays', 'on'],
  ])('%s may not be %s, and is named', async (name, value) => {
    await expect(read({ [name]: value })).rejects.toThrow(`${name.split(':')[1]} is "${value}" and has to be`);
  });

  it('do not have a registry copied that is encrypted with a key', async () => {
    const both = {
      'param:registryKey': 'arn:aws:kms:eu-central-1:123456789012:key/0a1b-2c',
      'param:registryReplica': 'arn:aws:s3:::copies',
    };
    await expect(read(both)).rejects.toThrow('registryKey and registryReplica do not go together');
  });
});
