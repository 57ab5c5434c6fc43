import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { stateOf, type ServiceState } from '#shared/domain/lifecycle/state.ts';
import { status, type StatusOutcome } from '#shared/usecases/status.ts';
import { tick } from '#shared/usecases/tick.ts';
import { wake, type WakeOutcome } from '#shared/usecases/wake.ts';
import { aStatus, aWake } from '../control-plane.ts';
import { account } from '../sim-aws/account.ts';
import { container } from '../sim-aws/containers.ts';
import type { SimService } from '../sim-aws/machines.ts';
import { MINUTE, SECOND, virtualClock } from '../virtual-clock.ts';
import type { Deployed } from './deployed.ts';
import { createService, finishDeployment, serviceIn, updateService } from './ecs-service.ts';
import { emitMinute } from './service-metrics.ts';

/** How long a task stays in one status while it comes up. */
const PACE_MS = 10 * SECOND;
const TICK_MINUTES = 5;

/**
 * The service of a stack, looked after by the control plane: its use cases over its adapters for AWS, on an account in
 * memory, where CloudWatch is told by the minute of what the stack connects.
 */
export const serviceLife = (created: Deployed) => {
  const clock = virtualClock();
  const desired: number[] = [];
  const { Cluster, ServiceName: name } = serviceIn(created);
  const aws = account({ now: clock.now, clusters: [Cluster], onDesired: ({ to }) => desired.push(to) });
  const open = (function_: string) => container(aws.clients(function_), clock);
  let stack = created;
  let minutes = 0;
  let lastUseAt = 0;
  createService(aws, created, PACE_MS);

  const service = (): SimService => {
    const found = aws.machines.find(Cluster, name);
    if (!found) throw new Error(`${name} is gone`);
    return found;
  };

  const look = (): Promise<void> => tick(open('sleep'))();

  /** Lets a minute pass, tells CloudWatch of it, and every fifth time lets the control plane look. */
  const minute = async (isUsed: boolean): Promise<void> => {
    clock.advance(MINUTE);
    minutes += 1;
    if (isUsed) lastUseAt = clock.now();
    emitMinute(aws, stack, clock.now(), { isUsed, lastUseAt });
    if (minutes % TICK_MINUTES === 0) await look();
  };

  const live = async (count: number, isUsed: boolean): Promise<void> => {
    for (let passed = 0; passed < count; passed += 1) await minute(isUsed);
  };

  const ask = (waitMs = 0): Promise<StatusOutcome> => status(open('status'))(aStatus({ service: name, waitMs }));

  return {
    aws,
    clock,
    service,
    look,
    live,
    ask,
    /** Counts that the control plane has set, in order. */
    desired,
    record: () => aws.store.read(controlKeys.record(name)) as ServiceRecord,
    state: async (): Promise<ServiceState> => stateOf(await ask()),
    wake: (): Promise<WakeOutcome> => wake(open('wake'))(aWake({ service: name })),
    /** As a client waits: asks until it is told. */
    untilReady: async (): Promise<StatusOutcome> => {
      for (let asked = 0; asked < 20; asked += 1) {
        const answer = await ask(25 * SECOND);
        if (stateOf(answer) === 'ready') return answer;
      }
      throw new Error(`${name} was never ready`);
    },
    /** Minutes without use until it is set to 0. */
    untilAsleep: async (): Promise<number> => {
      for (let passed = 1; passed <= 24 * 60; passed += 1) {
        await minute(false);
        if (service().desiredCount === 0) return passed;
      }
      throw new Error(`${name} never slept`);
    },
    /** CloudFormation updates the stack. */
    update: (next: Deployed): void => {
      updateService(aws, stack, next, clock.now());
      stack = next;
    },
    finishDeployment: (): void => finishDeployment(aws, stack),
  };
};

export type ServiceLife = ReturnType<typeof serviceLife>;
