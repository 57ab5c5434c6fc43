/** A message that was given up. */
export interface DeadLetter {
  readonly id: string;
  /** Needed to remove it; good for a while. */
  readonly receipt: string;
  readonly body: string;
  readonly sentAt: number;
  readonly receives: number;
  /** How often it was sent back already. */
  readonly replays: number;
}

/** Where it has been, for whoever meets it next. */
export interface Provenance {
  readonly replays: number;
  readonly replayedFrom: string;
  readonly replayedBy: string;
}

/** The queue of messages that were given up. */
export interface DeadLetters {
  /** Some of them, at most `limit`, hidden from others for a while; none when there are none. */
  receive(limit: number): Promise<readonly DeadLetter[]>;
  /** Puts it into the queue it came from, once more. */
  sendBack(letter: DeadLetter, provenance: Provenance): Promise<void>;
  remove(letter: DeadLetter): Promise<void>;
}

/** The same, for who only wants to look. */
export interface BrowsableLetters extends DeadLetters {
  /** Lets others see it again, at once, as if nobody had received it. */
  putBack(letter: DeadLetter): Promise<void>;
}
