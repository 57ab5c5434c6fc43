import type { Fleet } from '#shared/ports/fleet.ts';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import type { DesiredWrite } from '../support/sim-aws/ecs-api.ts';
import type { Machines, Seed } from '../support/sim-aws/machines.ts';
import type { Objects, Write } from '../support/sim-aws/objects.ts';
import type { Actor, World } from './world.ts';

export interface GroundOptions {
  /** Whether the fleet's reads may show the past. */
  readonly mayBeStale: boolean;
  readonly onDesired: (write: DesiredWrite) => void;
  readonly onWrite: (write: Write) => void;
}

/** What the use cases stand on. The machines and objects are the same ones; how they are reached differs. */
export interface Ground {
  readonly machines: Machines;
  readonly store: Objects;
  readonly add: (seed: Seed) => void;
  /** Whether a tick lists the services and then looks at several: then there have to be several. */
  readonly isListed: boolean;
  /** The view of one process. */
  readonly of: (actor: Actor) => { readonly fleet: Fleet; readonly store: ObjectStore };
}

/** How the ground is laid for one run. */
export type MakeGround = (there: World, options: GroundOptions) => Ground;
