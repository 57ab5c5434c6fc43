import type { Announcement } from '#shared/domain/registry/promotion.ts';

/** Tells runtimes and people what became of a package: a topic on AWS, a file on one machine. */
export interface Announcer {
  /**
   * At least once; resolves when it is handed over. The same news has the same `id` each time.
   * `type` and `developer` can be filtered by.
   */
  announce(announcement: Announcement): Promise<void>;
}
