import type { MakeGround } from './ground.ts';
import { onAws } from './on-aws.ts';
import { onPorts } from './on-ports.ts';

/** What the scenarios are played on, and how many calls a run makes there: so far faults may be spread. */
export interface Playground {
  readonly make: MakeGround;
  readonly calls: number;
}

export const PLAYGROUNDS = {
  ports: { make: onPorts, calls: 60 },
  aws: { make: onAws, calls: 90 },
} as const satisfies Record<string, Playground>;

export type PlaygroundName = keyof typeof PLAYGROUNDS;
export const isPlayground = (name: string): name is PlaygroundName => Object.hasOwn(PLAYGROUNDS, name);
