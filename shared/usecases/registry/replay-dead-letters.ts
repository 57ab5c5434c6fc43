import type { DeadLetters } from '#shared/ports/dead-letters.ts';
import type { Telemetry } from '#shared/ports/telemetry.ts';

export interface ReplayDeps {
  readonly deadLetters: DeadLetters;
  readonly telemetry: Telemetry;
}

export interface ReplayInput {
  /** At most so many. */
  readonly limit: number;
  /** Who wants it. */
  readonly by: string;
}

const AT_ONCE = 10;

/**
 * Sends messages that were given up back to where they came from, each with where it has been. First it is sent,
 * then it is removed: whoever dies in between leaves two of it, never none.
 */
export const replayDeadLetters =
  ({ deadLetters, telemetry }: ReplayDeps) =>
  async ({ limit, by }: ReplayInput): Promise<{ readonly replayed: number }> => {
    let replayed = 0;
    while (replayed < limit) {
      const letters = await deadLetters.receive(Math.min(AT_ONCE, limit - replayed));
      if (letters.length === 0) break;
      for (const letter of letters) {
        const replays = letter.replays + 1;
        await deadLetters.sendBack(letter, { replays, replayedFrom: letter.id, replayedBy: by });
        await deadLetters.remove(letter);
        telemetry.event('dead-letter.replayed', { id: letter.id, replays, by, sentAt: letter.sentAt });
        replayed += 1;
      }
    }
    return { replayed };
  };
