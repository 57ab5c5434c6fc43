import type { ObjectStore, WriteOutcome } from '#shared/ports/object-store.ts';

/** The refusal of a write whose condition does not hold. */
export const precondition: WriteOutcome = { ok: false, because: 'precondition' };

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const textOf = (body: Uint8Array | undefined): string | undefined => body && new TextDecoder().decode(body);

export const textAt = async (store: ObjectStore, key: string): Promise<string | undefined> =>
  textOf((await store.get(key))?.body);

export const etagOf = (outcome: WriteOutcome): string => {
  if (!outcome.ok) throw new Error(`the write was refused: ${outcome.because}`);
  return outcome.etag;
};

export const created = async (
  store: ObjectStore,
  key: string,
  text: string,
  metadata?: Readonly<Record<string, string>>,
): Promise<string> => etagOf(await store.put(key, bytes(text), 'absent', metadata));

export const allKeys = async (store: ObjectStore, prefix: string): Promise<readonly string[]> =>
  (await store.list(prefix)).objects.map(({ key }) => key);

export const racing = <T>(racers: number, run: (racer: number) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(Array.from({ length: racers }, (_, racer) => run(racer)));

export const winners = (outcomes: readonly WriteOutcome[]): readonly number[] =>
  outcomes.flatMap((outcome, racer) => (outcome.ok ? [racer] : []));
