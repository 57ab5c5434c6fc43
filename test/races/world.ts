import type { Clock } from '#shared/ports/clock.ts';
import type { Random } from '#shared/ports/random.ts';

/** What can go wrong with one call. A kind that does not fit the call it meets changes nothing. */
export type FaultKind = 'crash-before' | 'crash-after' | 'refused' | 'answer-lost' | 'lands-late' | 'in-flight';

export interface Fault {
  /** The how-manieth call of the run it hits. */
  readonly at: number;
  readonly kind: FaultKind;
}

export interface Call<T> {
  readonly label: string;
  /** Happens at once, when the scheduler lets it. */
  readonly effect: () => T;
  /** A fault that only this kind of call knows, and what it answers instead of having its effect. */
  readonly instead?: { readonly fault: FaultKind; readonly answer: () => T };
  /** What a `refused` call rejects with. */
  readonly refusal?: () => Error;
  /** Whether the effect may happen long after its caller has given up. */
  readonly mayLandLate?: boolean;
}

export interface Actor {
  readonly name: string;
  /** How far this actor's clock is off, in milliseconds. */
  readonly skewMs: number;
  isDead: boolean;
}

interface Waiting {
  readonly actor: Actor | null;
  readonly label: string;
  readonly go: () => void;
}

/** A call that got no answer: whether it happened is unknown to its caller. */
const NO_ANSWER = 'no answer';

const never = new Promise<never>(() => {});
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * A world in which nothing happens by itself. Every call of every actor waits until the scheduler picks it, so an
 * interleaving is a list of numbers; time stands still until somebody moves it. The same numbers give the same run.
 */
export const world = (choices: Uint8Array, faults: readonly Fault[], startAt: number) => {
  let now = startAt;
  let steps = 0;
  let calls = 0;
  let drawn = 0;
  let isCalm = false;
  let waiting: Waiting[] = [];
  let sleepers: { readonly actor: Actor; readonly at: number; readonly wake: () => void }[] = [];
  const trace: string[] = [];

  const draw = (count: number): number => {
    const choice = choices[drawn % choices.length] ?? 0;
    drawn += 1;
    return (choice + Math.floor(drawn / choices.length)) % count;
  };
  let chance = 1;
  const random: Random = () => {
    chance = (chance * 48_271) % 2_147_483_647;
    return chance / 2_147_483_647;
  };

  const kill = (actor: Actor): void => {
    actor.isDead = true;
    waiting = waiting.filter((entry) => entry.actor !== actor);
    sleepers = sleepers.filter((entry) => entry.actor !== actor);
  };

  const plannedFault = (call: number): FaultKind | undefined =>
    isCalm ? undefined : faults.find((fault) => fault.at === call)?.kind;

  const perform = <T>(
    actor: Actor,
    { label, effect, instead, mayLandLate, refusal = () => new Error('refused') }: Call<T>,
    resolve: (value: T) => void,
    reject: (cause: Error) => void,
  ): void => {
    calls += 1;
    const fault = plannedFault(calls);
    const answer = (make: () => T): void => {
      try {
        resolve(make());
      } catch (cause) {
        reject(cause as Error);
      }
    };
    const lost = (): void => reject(new Error(NO_ANSWER));
    /** What it answers, or refuses, nobody hears. */
    const unheard = (): void => {
      try {
        effect();
      } catch {
        // Refused: nothing happened.
      }
    };
    // A kind of fault that does not fit this call is absent, and the call just happens.
    const ways: Partial<Record<FaultKind, () => void>> = {
      'crash-before': () => kill(actor),
      'crash-after': () => {
        unheard();
        kill(actor);
      },
      refused: () => reject(refusal()),
      'answer-lost': () => {
        unheard();
        lost();
      },
      ...(mayLandLate && {
        'lands-late': () => {
          waiting.push({ actor: null, label: `late ${label}`, go: unheard });
          lost();
        },
      }),
      ...(instead && { [instead.fault]: () => answer(instead.answer) }),
    };
    const happens = (fault && ways[fault]) ?? (() => answer(effect));
    trace.push(`${actor.name}: ${label}${fault && ways[fault] ? ` (${fault})` : ''}`);
    happens();
  };

  /** Waits for its turn, then happens. A dead actor's calls never do. */
  const call = <T>(actor: Actor, what: Call<T>): Promise<T> => {
    if (actor.isDead) return never;
    return new Promise<T>((resolve, reject) => {
      waiting.push({ actor, label: what.label, go: () => perform(actor, what, resolve, reject) });
    });
  };

  const clockOf = (actor: Actor): Clock => ({
    now: () => now + actor.skewMs,
    sleep: (durationMs) =>
      actor.isDead ? never : new Promise((wake) => sleepers.push({ actor, at: now + durationMs, wake })),
  });

  const wakeSleepers = (): void => {
    const due = sleepers.filter(({ at }) => at <= now);
    sleepers = sleepers.filter(({ at }) => at > now);
    for (const { wake } of due) wake();
  };

  const advance = (byMs: number): void => {
    now += byMs;
    trace.push(`time +${byMs / 1_000} s`);
    wakeSleepers();
  };

  /** Something that is nobody's call: a task that moves on, an event that is delivered, time that passes. */
  const happen = (label: string, go: () => void): void => {
    waiting.push({
      actor: null,
      label,
      go: () => {
        trace.push(label);
        go();
      },
    });
  };

  /** Lets things happen, one at a time in the order chosen, until nothing is left that could. */
  const run = async (): Promise<void> => {
    await settle();
    for (; steps < 5_000; steps += 1) {
      if (waiting.length > 0) {
        const [next] = waiting.splice(draw(waiting.length), 1);
        next?.go();
      } else if (sleepers.length > 0) {
        advance(Math.min(...sleepers.map(({ at }) => at)) - now);
      } else {
        return;
      }
      await settle();
    }
    throw new Error('the run does not come to an end');
  };

  return {
    call,
    clockOf,
    random,
    advance,
    happen,
    run,
    trace,
    now: () => now,
    /** Whether something that is left to chance happens; never once the world is calm. */
    isWhim: (): boolean => !isCalm && draw(2) === 1,
    isCalm: (): boolean => isCalm,
    /** From now on nothing goes wrong any more. */
    calm: (): void => void (isCalm = true),
  };
};

export type World = ReturnType<typeof world>;
