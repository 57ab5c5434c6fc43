import type { BrowsableLetters, DeadLetter } from '#shared/ports/dead-letters.ts';

const AT_ONCE = 10;

/**
 * Messages that were given up, at most `limit`, as they lie there: whoever looks leaves them to others as they were.
 * While it looks they are hidden, so nothing is told of twice.
 */
export const browseDeadLetters =
  ({ deadLetters }: { readonly deadLetters: BrowsableLetters }) =>
  async (limit: number): Promise<readonly DeadLetter[]> => {
    const found: DeadLetter[] = [];
    try {
      while (found.length < limit) {
        const letters = await deadLetters.receive(Math.min(AT_ONCE, limit - found.length));
        if (letters.length === 0) break;
        found.push(...letters);
      }
    } finally {
      for (const letter of found) await deadLetters.putBack(letter);
    }
    return found;
  };
