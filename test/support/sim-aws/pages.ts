/** One page of a list, by a token that is the number of the first item. */
export const pageOf = <T>(
  all: readonly T[],
  token: string | undefined,
  size: number,
  largest: number,
): { readonly items: readonly T[]; readonly nextToken: string | undefined } => {
  if (size < 1 || size > largest) throw new RangeError(`a page has 1 to ${largest} items, not ${size}`);
  const from = Number(token ?? 0);
  const to = from + size;
  return { items: all.slice(from, to), nextToken: to < all.length ? String(to) : undefined };
};
