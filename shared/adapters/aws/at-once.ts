/** Lists of at most `size`, in the same order. */
export const batchesOf = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

/** Asks for every batch at once, and joins the answers in order. */
export const inBatches = async <T, R>(
  items: readonly T[],
  size: number,
  ask: (batch: readonly T[]) => Promise<readonly R[]>,
): Promise<readonly R[]> => (await Promise.all(batchesOf(items, size).map(ask))).flat();

/** Every page, one after the other. */
export const allPages = async <R>(
  ask: (nextToken: string | undefined) => Promise<{ readonly found: readonly R[]; readonly nextToken?: string }>,
): Promise<readonly R[]> => {
  const found: R[] = [];
  let nextToken: string | undefined;
  do {
    const page = await ask(nextToken);
    found.push(...page.found);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return found;
};
