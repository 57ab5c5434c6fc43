import type { Connection } from './connection.ts';
import { NightporterError } from './failure.ts';
import { effortOf, expectBody, request, type CallOptions } from './requests.ts';

interface Page {
  readonly next: string | null;
}

/** Everything of a list, page by page. */
export const listAll = async <T>(
  connection: Connection,
  what: 'services' | 'packages',
  options?: CallOptions,
): Promise<readonly T[]> => {
  const effort = effortOf(connection, options);
  const all: T[] = [];
  let after: string | undefined;
  for (;;) {
    const answer = await request(
      connection,
      { method: 'GET', path: `/${what}`, query: { after }, isSafe: true },
      effort,
    );
    const page = expectBody<Page & Readonly<Record<typeof what, readonly T[]>>>(answer, what, 'next');
    if (!Array.isArray(page[what]) || (page.next !== null && page.next === after)) {
      throw new NightporterError('unexpected-answer', `the list of ${what} leads nowhere`);
    }
    all.push(...page[what]);
    if (page.next === null) return all;
    after = page.next;
  }
};
