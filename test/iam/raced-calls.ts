import fc from 'fast-check';
import { onAwsSeenBy } from '../races/on-aws.ts';
import { play } from '../races/run.ts';
import { scenarios } from '../races/scenario.ts';
import { VARIANTS } from '../races/variants.ts';
import { MANAGED } from '../support/sim-aws/machines.ts';
import { recording } from './recording.ts';
import type { Recorded } from './requests.ts';
import type { Stack } from './stack.ts';

/** Whose program it is that an actor of the races carries out: they are called `wake a#0`, `tick, at last#`, … */
const FUNCTIONS: Readonly<Record<string, string>> = {
  wake: 'wake',
  heartbeat: 'leases',
  kill: 'kill',
  force: 'kill',
  tick: 'sleep',
  status: 'status',
  event: 'task-events',
  'hold-asleep': 'holds',
  'hold-awake': 'holds',
  unhold: 'holds',
  'nightly-kill': 'nightly-kill',
};

const functionOf = (actor: string): string => {
  const name = FUNCTIONS[/^[a-z-]+/.exec(actor)?.[0] ?? ''];
  if (name === undefined) throw new Error(`whose call is it when ${actor} calls?`);
  return name;
};

/** Every call of a number of races on the simulated AWS, as calls of the functions of this stack. */
export const racedCalls = async ({ bucket }: Stack, runs: number, seed: number): Promise<readonly Recorded[]> => {
  const calls: Recorded[] = [];
  const make = onAwsSeenBy(recording(calls, () => () => MANAGED));
  for (const scenario of fc.sample(scenarios(90), { numRuns: runs, seed })) await play(scenario, VARIANTS.design, make);
  return calls.map((call) => ({
    ...call,
    function: functionOf(call.function),
    input: call.service === 's3' ? { ...call.input, Bucket: bucket } : call.input,
  }));
};
