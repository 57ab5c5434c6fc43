/** What later versions of Node bring along and Node 20 does not: no more than is used. */

const groupBy = <K, T>(items: Iterable<T>, keyOf: (item: T, index: number) => K): Map<K, T[]> => {
  const groups = new Map<K, T[]>();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
    index += 1;
  }
  return groups;
};

const withResolvers = <T>(): PromiseWithResolvers<T> => {
  let settle: Omit<PromiseWithResolvers<T>, 'promise'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // A promise runs its executor before it is there.
  return { promise, ...(settle as Omit<PromiseWithResolvers<T>, 'promise'>) };
};

/** Before anything is called that needs it. */
export const bringUpToDate = (): void => {
  if (!('groupBy' in Map)) Object.assign(Map, { groupBy });
  if (!('withResolvers' in Promise)) Object.assign(Promise, { withResolvers });
};
