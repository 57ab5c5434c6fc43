import { describe, expect, it } from 'vitest';
import type { BrowsableLetters, DeadLetter } from '#shared/ports/dead-letters.ts';

/** A queue of messages that were given up, and the one that they came from, looked at from behind. */
export interface DeadLettersUnderTest {
  readonly deadLetters: BrowsableLetters;
  /** Gives a message up; `replays`: it was sent back so often before. */
  readonly giveUp: (body: string, replays?: number) => Promise<void>;
  /** What is in the queue that they came from, with the attributes. */
  readonly sentBack: () => Promise<readonly { body: string; attributes: Readonly<Record<string, string>> }[]>;
}

export interface DeadLettersContract {
  readonly name: string;
  readonly make: () => Promise<DeadLettersUnderTest>;
}

const PROVENANCE = { replays: 3, replayedFrom: 'failed uploads', replayedBy: 'ada' };

const first = (letters: readonly DeadLetter[]): DeadLetter => {
  const [letter] = letters;
  if (!letter) throw new Error('there is no letter');
  return letter;
};

export const deadLettersContract = ({ name, make }: DeadLettersContract): void => {
  describe(`dead letters: ${name}`, () => {
    it('none are received where none are', async () => {
      const { deadLetters } = await make();
      expect(await deadLetters.receive(10)).toEqual([]);
    });

    it('a letter is received as it was sent, with how often it was tried and sent back', async () => {
      const { deadLetters, giveUp } = await make();
      await giveUp('{"Records":[]}');
      const letter = first(await deadLetters.receive(10));
      expect(letter).toMatchObject({ body: '{"Records":[]}', replays: 0 });
      expect(letter.receives).toBeGreaterThanOrEqual(1);
      expect(letter.sentAt).toBeGreaterThan(0);
      expect(letter.id).not.toBe('');
    });

    it('at most as many are received as are wanted', async () => {
      const { deadLetters, giveUp } = await make();
      for (const body of ['a', 'b', 'c']) await giveUp(body);
      expect(await deadLetters.receive(2)).toHaveLength(2);
    });

    it('more than can be handed out at once may be wanted', async () => {
      const { deadLetters, giveUp } = await make();
      await giveUp('a');
      expect(await deadLetters.receive(1000)).toHaveLength(1);
    });

    it('a letter that was received is hidden from others for a while', async () => {
      const { deadLetters, giveUp } = await make();
      await giveUp('a');
      await deadLetters.receive(10);
      expect(await deadLetters.receive(10)).toEqual([]);
    });

    it('a letter that was put back is seen by others at once', async () => {
      const { deadLetters, giveUp } = await make();
      await giveUp('a');
      await deadLetters.putBack(first(await deadLetters.receive(10)));
      expect((await deadLetters.receive(10)).map(({ body }) => body)).toEqual(['a']);
    });

    it('a letter is sent back unchanged, and says where it has been', async () => {
      const { deadLetters, giveUp, sentBack } = await make();
      await giveUp('{"key":"größe"}');
      await deadLetters.sendBack(first(await deadLetters.receive(10)), PROVENANCE);
      expect(await sentBack()).toEqual([
        {
          body: '{"key":"größe"}',
          attributes: { replays: '3', replayedFrom: 'failed uploads', replayedBy: 'ada' },
        },
      ]);
    });

    it('a letter that was sent back before says so', async () => {
      const { deadLetters, giveUp } = await make();
      await giveUp('a', 2);
      expect(first(await deadLetters.receive(10)).replays).toBe(2);
    });

    it('a letter that was removed is gone, and the others are not', async () => {
      const { deadLetters, giveUp, sentBack } = await make();
      await giveUp('a');
      const letter = first(await deadLetters.receive(1));
      await giveUp('b');
      await deadLetters.remove(letter);
      expect((await deadLetters.receive(10)).map(({ body }) => body)).toEqual(['b']);
      expect(await sentBack()).toEqual([]);
    });
  });
};
