import { describe, expect, it } from 'vitest';
import type { DeadLetter, DeadLetters, Provenance } from '#shared/ports/dead-letters.ts';
import { replayDeadLetters } from '#shared/usecases/registry/replay-dead-letters.ts';
import { recordedTelemetry } from '../../support/recorders.ts';

const letter = (index: number, replays = 0): DeadLetter => ({
  id: `m${index}`,
  receipt: `r${index}`,
  body: `body ${index}`,
  sentAt: index,
  receives: 5,
  replays,
});

/** A queue of given-up messages that remembers what became of them. */
const graveyard = (count: number, breaksAt?: string) => {
  let buried = Array.from({ length: count }, (_, index) => letter(index, index % 2));
  const sent: (Provenance & { readonly body: string })[] = [];
  const deadLetters: DeadLetters = {
    receive: async (limit) => buried.slice(0, limit),
    sendBack: async ({ body, id }, provenance) => {
      if (id === breaksAt) throw new Error('no queue');
      sent.push({ body, ...provenance });
    },
    remove: async ({ receipt }) => {
      buried = buried.filter((each) => each.receipt !== receipt);
    },
  };
  return { deadLetters, sent, left: () => buried.map(({ id }) => id) };
};

const replay = (deadLetters: DeadLetters, limit: number) => {
  const telemetry = recordedTelemetry();
  return { telemetry, replayed: replayDeadLetters({ deadLetters, telemetry })({ limit, by: 'operator' }) };
};

describe('replaying what was given up', () => {
  it('sends everything back, each with where it has been', async () => {
    const { deadLetters, sent, left } = graveyard(12);
    const { telemetry, replayed } = replay(deadLetters, 100);
    expect(await replayed).toEqual({ replayed: 12 });
    expect(left()).toEqual([]);
    expect(sent[0]).toEqual({ body: 'body 0', replays: 1, replayedFrom: 'm0', replayedBy: 'operator' });
    expect(sent[1]).toMatchObject({ replays: 2 });
    expect(telemetry.events).toHaveLength(12);
  });

  it.each([
    [0, 0],
    [3, 3],
    [10, 10],
    [11, 11],
    [13, 12],
  ])('sends back at most %d of twelve', async (limit, expected) => {
    const { deadLetters, left } = graveyard(12);
    expect(await replay(deadLetters, limit).replayed).toEqual({ replayed: expected });
    expect(left()).toHaveLength(12 - expected);
  });

  it('removes nothing that was not sent back', async () => {
    const { deadLetters, sent, left } = graveyard(3, 'm1');
    await expect(replay(deadLetters, 10).replayed).rejects.toThrow('no queue');
    expect(sent.map(({ body }) => body)).toEqual(['body 0']);
    expect(left()).toEqual(['m1', 'm2']);
  });
});
