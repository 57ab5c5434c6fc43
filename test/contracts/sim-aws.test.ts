import {
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  CreateClusterCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListServicesCommand,
  ListTasksCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { account, type Call } from '../support/sim-aws/account.ts';
import { SECOND, T0, virtualClock } from '../support/virtual-clock.ts';

const anAccount = (onCall?: (call: Call) => void) => {
  const clock = virtualClock();
  const aws = account({ now: clock.now, remembers: true, ...(onCall && { onCall }) });
  aws.add({ service: 'api', desiredCount: 1 });
  return { aws, clock, ...aws.clients('wake') };
};

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));
const cluster = 'main';

/** What it refuses is what AWS refuses: an adapter that gets through here has kept the limits. */
describe('the simulated AWS refuses', () => {
  it.each([
    [
      'more than ten services',
      new DescribeServicesCommand({ cluster, services: numbers(11) }),
      'InvalidParameterException',
    ],
    ['no service at all', new DescribeServicesCommand({ cluster, services: [] }), 'InvalidParameterException'],
    [
      'more than a hundred tasks',
      new DescribeTasksCommand({ cluster, tasks: numbers(101) }),
      'InvalidParameterException',
    ],
    ['no task at all', new DescribeTasksCommand({ cluster, tasks: [] }), 'InvalidParameterException'],
    ['pages of more than a hundred', new ListServicesCommand({ cluster, maxResults: 101 }), 'RangeError'],
    ['another cluster', new ListServicesCommand({ cluster: 'attic' }), 'ClusterNotFoundException'],
    ['tasks of no service', new ListTasksCommand({ cluster, serviceName: 'gone' }), 'ServiceNotFoundException'],
    ['to set no service', new UpdateServiceCommand({ cluster, service: 'gone' }), 'ServiceNotFoundException'],
  ])('%s', async (_, command, name) => {
    const { ecs } = anAccount();
    await expect(ecs.send(command as ListServicesCommand)).rejects.toMatchObject({ name });
  });

  it.each([
    [new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs', ResourceIds: numbers(51) }), 'ValidationException'],
    [
      new RegisterScalableTargetCommand({
        ServiceNamespace: 'ecs',
        ResourceId: 'service/main/gone',
        ScalableDimension: 'ecs:service:DesiredCount',
      }),
      'ObjectNotFoundException',
    ],
  ])('bounds that make no sense: %#', async (command, name) => {
    const { scaling } = anAccount();
    await expect(scaling.send(command as DescribeScalableTargetsCommand)).rejects.toMatchObject({ name });
  });

  it('what it does not know', async () => {
    const { ecs } = anAccount();
    await expect(ecs.send(new CreateClusterCommand({}))).rejects.toThrow('the simulated AWS knows no CreateCluster');
  });
});

describe('the simulated AWS', () => {
  it('names what does not exist among the failures', async () => {
    const { ecs } = anAccount();
    const answer = await ecs.send(new DescribeServicesCommand({ cluster, services: ['api', 'gone'] }));
    expect(answer.services?.map(({ serviceName }) => serviceName)).toEqual(['api']);
    expect(answer.failures).toEqual([{ arn: expect.stringMatching(/gone$/), reason: 'MISSING' }]);
  });

  it('leaves a task out of the default list from the moment that it is told to stop', async () => {
    const { ecs, aws } = anAccount();
    const listed = async (desiredStatus?: 'RUNNING' | 'STOPPED') =>
      (await ecs.send(new ListTasksCommand({ cluster, ...(desiredStatus && { desiredStatus }) }))).taskArns?.length;
    aws.machines.evolve('api');
    expect([await listed(), await listed('STOPPED')]).toEqual([1, 0]);
    aws.machines.crash('api');
    expect([await listed(), await listed('STOPPED')]).toEqual([0, 1]);
  });

  it('grants a burst, and then so many a second', async () => {
    const { ecs, aws, clock } = anAccount();
    const write = (): Promise<unknown> =>
      ecs.send(new UpdateServiceCommand({ cluster, service: 'api', desiredCount: 1 }));
    for (let index = 0; index < 50; index += 1) await write();
    await expect(write()).rejects.toMatchObject({ name: 'ThrottlingException' });
    clock.advance(SECOND);
    for (let index = 0; index < 5; index += 1) await write();
    await expect(write()).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect(aws.throttled).toHaveLength(2);
    // Reads have a bucket of their own.
    await ecs.send(new ListServicesCommand({ cluster }));
  });

  it('keeps whose call each was, and what it was asked', async () => {
    const calls: Call[] = [];
    const { s3, aws } = anAccount((call) => void calls.push(call));
    const input = { Bucket: 'control', Key: 'a', Body: new Uint8Array([1]), IfNoneMatch: '*' };
    await s3.send(new PutObjectCommand(input));
    expect(calls).toEqual([{ function: 'wake', service: 's3', operation: 'PutObject', input }]);
    expect(aws.calls).toEqual(calls);
  });

  it('shows a stale read the past, as if it were the present', () => {
    const { aws } = anAccount();
    const service = aws.machines.find(cluster, 'api')!;
    aws.machines.setDesired(cluster, 'api', 3);
    expect(aws.machines.seen(service, false).desiredCount).toBe(3);
    expect(aws.machines.seen(service, true).desiredCount).toBe(1);
    expect(T0).toBe(service.createdAt);
  });
});
