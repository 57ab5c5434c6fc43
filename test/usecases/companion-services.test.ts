import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, parsePolicy } from '#shared/domain/idle/policy.ts';
import { deployed, exampleCalled, sourceOf } from '../support/cfn/companions.ts';
import type { Given } from '../support/cfn/parameters.ts';
import { serviceLife, type ServiceLife } from '../support/cfn/service-life.ts';
import { CRASH } from '../support/sim-aws/machines.ts';
import { MINUTE, SECOND } from '../support/virtual-clock.ts';

const OTHER_IMAGE = `public.ecr.aws/example/other@sha256:${'9'.repeat(64)}`;
/** As every update has it. */
const UPDATED = { InitialDesiredCount: '' };

const SERVICES = ['fluidity', 'pixell-runtime', 'model-registry', 'pixtools-api', 'pixtools-worker', 'existing-vpc'];

const withSize = (file: string): Given => {
  const { Cpu = '256' } = exampleCalled(file).parameters;
  return { Cpu: String(Number(Cpu) * 2), Memory: String(Number(Cpu) * 4) };
};

/** What operators change, one after the other. */
const updates = (file: string): readonly (readonly [what: string, parameters: Given])[] => {
  const another: Given = { ContainerImage: OTHER_IMAGE };
  const larger = { ...another, ...withSize(file) };
  const retagged = { ...larger, IdleAfter: '17m', NightlyKill: 'no' };
  const { Max } = exampleCalled(file).parameters;
  const wider = { ...retagged, Max: String(Number(Max ?? 1) + 1) };
  return [
    ['another image', another],
    ['another size', larger],
    ['other tags', retagged],
    ['another maximum', wider],
  ];
};

const policyOf = (life: ServiceLife) =>
  parsePolicy(
    Object.fromEntries(
      Object.entries(life.service().tags).map(([key, value]) => [key.replace('nightporter:', ''), value]),
    ),
  ).policy;

const isAutoscaled = (life: ServiceLife): boolean => life.service().bounds !== null;

/** As it should be in each of the two. */
const boundsOf = (life: ServiceLife, isAwake: boolean) => {
  const { wakeCount, max } = policyOf(life);
  if (!isAutoscaled(life)) return null;
  return isAwake ? { min: wakeCount, max, suspended: false } : { min: 0, max, suspended: true };
};

const created = (file: string): ServiceLife => serviceLife(deployed(exampleCalled(file)));
const change = (life: ServiceLife, file: string, parameters: Given): void =>
  life.update(deployed(exampleCalled(file), { ...UPDATED, ...parameters }));

const awake = async (file: string): Promise<ServiceLife> => {
  const life = created(file);
  await life.look();
  await life.wake();
  await life.untilReady();
  return life;
};

describe.each(SERVICES)('%s, as its template and parameters describe it', (file) => {
  it('is created asleep, and adopted asleep, without a task ever', async () => {
    const life = created(file);
    await life.live(30, false);
    expect(await life.state()).toBe('asleep');
    expect(life.service()).toMatchObject({ desiredCount: 0, tasks: [], bounds: boundsOf(life, false) });
  });

  it('is woken to as many tasks as its tags say, and is ready where they say', async () => {
    const life = created(file);
    await life.look();
    expect((await life.wake()).did).toBe('woken');
    const { managed, sighting } = await life.untilReady();
    expect(managed.problems).toEqual([]);
    expect(life.service().desiredCount).toBe(policyOf(life).wakeCount);
    expect(life.service().bounds).toEqual(boundsOf(life, true));
    const { endpoint } = sighting!.observed.tasks[0]!;
    const { ContainerPort = '', Endpoint = '' } = exampleCalled(file).parameters;
    const url = /^https?:/.test(Endpoint) ? Endpoint : null;
    if (Endpoint === 'none') expect(endpoint).toBeNull();
    else expect(endpoint).toMatchObject(url === null ? { port: Number(ContainerPort) } : { url });
  });

  it('stays awake as long as it is used, leased or not, and sleeps when it is not', async () => {
    const life = await awake(file);
    const policy = policyOf(life);
    await life.live(180, policy.signal.kind !== 'leases');
    if (policy.signal.kind === 'leases') expect(await life.state()).toBe('asleep');
    else {
      expect(await life.state()).toBe('ready');
      const minutes = await life.untilAsleep();
      expect(minutes * MINUTE).toBeGreaterThanOrEqual(policy.idleAfterMs);
      // Confirmed at the next look, and both looks may come late by one.
      expect(minutes * MINUTE).toBeLessThanOrEqual(policy.idleAfterMs + policy.confirmAfterMs + 11 * MINUTE);
    }
    expect(life.service().bounds).toEqual(boundsOf(life, false));
  });

  it('is stopping for as long as its container may take, and can be woken in the middle of it', async () => {
    const life = await awake(file);
    await life.untilAsleep();
    const stopMs = life.service().stopMs;
    expect(stopMs).toBeGreaterThanOrEqual(2 * SECOND);
    expect(await life.state()).toBe('stopping');
    life.clock.advance(stopMs);
    expect(await life.state()).toBe('stopping');
    expect((await life.wake()).did).toBe('woken');
    const { sighting } = await life.untilReady();
    expect(sighting!.observed.tasks.filter(({ desiredStatus }) => desiredStatus === 'RUNNING')).toHaveLength(
      policyOf(life).wakeCount,
    );
  });

  it.each(updates(file))(
    'sleeps on when its stack is updated while it sleeps: %s, and is woken as it is now',
    async (_, parameters) => {
      const life = await awake(file);
      await life.untilAsleep();
      await life.live(10, false);
      const generation = life.record().generation;
      change(life, file, parameters);
      await life.live(30, false);
      expect(life.service()).toMatchObject({ desiredCount: 0, bounds: boundsOf(life, false) });
      expect(life.record()).toMatchObject({ intent: 'asleep', generation });
      expect((await life.wake()).did).toBe('woken');
      const { sighting } = await life.untilReady();
      expect(sighting!.observed.taskDefinition?.split('/').at(-1)).toBe(life.service().taskDefinition);
      expect(life.service().bounds).toEqual(boundsOf(life, true));
    },
  );

  it.each(updates(file))(
    'stays awake when its stack is updated while it is used: %s, and its bounds come back',
    async (_, parameters) => {
      const life = await awake(file);
      const { wakeCount, max } = policyOf(life);
      life.desired.length = 0;
      change(life, file, parameters);
      const isUsed = policyOf(life).signal.kind !== 'leases';
      await life.live(5, isUsed);
      expect(life.service().desiredCount).toBe(wakeCount);
      life.finishDeployment();
      await life.live(5, isUsed);
      expect(await life.state()).toBe('ready');
      expect(life.service().tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING')).toHaveLength(wakeCount);
      expect(life.service().bounds).toEqual(boundsOf(life, true));
      expect(policyOf(life).max).toBeGreaterThanOrEqual(max);
      expect(life.desired).not.toContain(0);
      expect(life.record().intent).toBe('awake');
    },
  );

  it('would be stopped under its users by an update that still said with how many to begin', async () => {
    const life = await awake(file);
    life.update(deployed(exampleCalled(file), { InitialDesiredCount: '0', IdleAfter: '17m' }));
    expect(life.service().desiredCount).toBe(0);
    await life.look();
    expect(life.service().desiredCount).toBe(policyOf(life).wakeCount);
  });

  it('stays awake when an update fails and goes back, once one before it has left out with how many to begin', async () => {
    const life = created(file);
    change(life, file, {});
    await life.look();
    await life.wake();
    await life.untilReady();
    change(life, file, { ContainerImage: OTHER_IMAGE });
    change(life, file, {});
    expect(life.service().desiredCount).toBe(policyOf(life).wakeCount);
  });

  it('would be stopped under its users by going back to its creation, and is woken again at the next look', async () => {
    const life = await awake(file);
    change(life, file, { ContainerImage: OTHER_IMAGE });
    life.update(deployed(exampleCalled(file)));
    expect(life.service().desiredCount).toBe(0);
    await life.look();
    expect(life.service().desiredCount).toBe(policyOf(life).wakeCount);
  });

  it('is adopted running, and sleeps by its policy, when nobody said with how many to begin', async () => {
    const life = serviceLife(deployed(exampleCalled(file), UPDATED));
    await life.live(5, false);
    expect(life.record().intent).toBe('awake');
    expect(await life.untilAsleep()).toBeLessThan(180);
  });
});

describe.each(['pixell-runtime', 'model-registry'])('the scaler of %s', (file) => {
  const act = (life: ServiceLife, times: number): void => {
    for (let n = 0; n < times; n += 1) life.aws.machines.scale(file);
  };

  it('goes on its own while the service is awake, and the control plane leaves it what it has', async () => {
    const life = await awake(file);
    act(life, 3);
    const { desiredCount } = life.service();
    expect(desiredCount).toBe(policyOf(life).wakeCount + 3);
    await life.live(30, true);
    expect(life.service().desiredCount).toBe(desiredCount);
  });

  it('does not touch a sleeper, before and after its stack is updated', async () => {
    const life = await awake(file);
    await life.untilAsleep();
    act(life, 3);
    change(life, file, { Max: '12', IdleAfter: '17m' });
    act(life, 3);
    await life.live(10, false);
    act(life, 3);
    expect(life.service()).toMatchObject({ desiredCount: 0, bounds: { min: 0, max: 12, suspended: true } });
  });
});

describe('pixell-runtime, watched by its network load balancer', () => {
  it('stays awake as long as flows are open, and sleeps when there are none', async () => {
    const life = serviceLife(deployed(exampleCalled('pixell-runtime'), { Signal: 'nlb' }));
    await life.look();
    await life.wake();
    await life.untilReady();
    await life.live(180, true);
    expect(await life.state()).toBe('ready');
    expect((await life.untilAsleep()) * MINUTE).toBeGreaterThanOrEqual(policyOf(life).idleAfterMs);
  });
});

describe('a template that is faulty', () => {
  const faulty = (id: string, spoil: (properties: any) => unknown): ServiceLife => {
    const template = structuredClone(sourceOf('fargate-service'));
    spoil(template.Resources[id]?.Properties);
    return serviceLife(deployed(exampleCalled('model-registry'), {}, template));
  };

  it('starts a sleeper, when its target has a minimum', async () => {
    const life = faulty('ScalableTarget', (properties) => (properties.MinCapacity = 2));
    expect(life.service().desiredCount).toBe(2);
  });

  it('ends what is in use, when its tags speak of another load balancer', async () => {
    const life = faulty('Service', ({ Tags }) => {
      Tags.push({ Key: 'nightporter:metric-dimensions', Value: 'LoadBalancer=app/a/1 TargetGroup=targetgroup/b/2' });
    });
    await life.look();
    await life.wake();
    await life.untilReady();
    await life.live(90, true);
    expect(life.record()).toMatchObject({ intent: 'asleep' });
  });

  it('is never ready, when its container never is', async () => {
    const life = created('model-registry');
    life.aws.machines.change('main', 'model-registry', (service) =>
      Object.assign(service, { fate: { ...CRASH, at: 'RUNNING' } }),
    );
    await life.look();
    await life.wake();
    await expect(life.untilReady()).rejects.toThrow('never ready');
  });
});

describe('the parameter files', () => {
  it('say something of the policy of every service', () => {
    for (const file of SERVICES) expect(policyOf(created(file))).not.toEqual(DEFAULT_POLICY);
  });
});
