/** News for people: something happened that an operator would want to be told of. */
export interface Notification {
  /** `noun.participle`, as documented in docs/events.md. */
  readonly event: string;
  readonly service: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Notifier {
  /** At least once; resolves when the news is handed over, rejects when it could not be. */
  notify(notification: Notification): Promise<void>;
}
