import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { processUploads } from '#shared/usecases/registry/process-uploads.ts';
import type { JudgingDeps, RegistryStore } from '#shared/usecases/registry/deps.ts';
import type { UploadEvent } from '#shared/usecases/registry/upload-event.ts';
import { registryOn } from '#shared/usecases/registry/deps.ts';
import { builtPackage, sha256Of } from '../../support/registry/built-package.ts';
import { encode, registryBench, type RegistryBench } from '../../support/registry/registry-bench.ts';
import { MINUTE } from '../../support/virtual-clock.ts';

const never = new Promise<never>(() => {});

/** A process: it dies before one of its calls, or right after one whose answer it never hears. */
interface Mortal {
  readonly deps: JudgingDeps;
  isDead: boolean;
}

const mortal = (bench: RegistryBench, callsToLive: number): Mortal => {
  let calls = 0;
  const dying =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (process.isDead) return never;
      calls += 1;
      if (calls >= callsToLive) process.isDead = true;
      const isHeard = !process.isDead;
      if (!isHeard && calls % 2 === 0) return never;
      const answer = await call(...args);
      return isHeard ? answer : never;
    };
  const { registry, announcer, settings } = bench.deps;
  const store: RegistryStore = {
    get: dying(registry.get),
    put: dying(registry.put),
    delete: dying(registry.delete),
    list: dying(registry.list),
    stat: dying(registry.stat),
    getVersion: dying(registry.getVersion),
    deleteVersion: dying(registry.deleteVersion),
    putProven: dying(registry.putProven),
  };
  const ports = { ...bench.deps, registry: store, announcer: { announce: dying(announcer.announce) } };
  const process: Mortal = { deps: registryOn(ports, settings), isDead: false };
  return process;
};

const shuffled = <T>(items: readonly T[], seed: number): readonly T[] =>
  fc.sample(fc.shuffledSubarray([...items], { minLength: items.length }), { numRuns: 1, seed })[0] ?? [];

/** Messages come back when whoever received them died, and some come twice anyway. */
const workThrough = async (bench: RegistryBench, events: readonly UploadEvent[], deaths: number): Promise<number> => {
  let queue = [...events];
  let born = 0;
  let died = 0;
  const work = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.slice(0, 10);
      queue = queue.slice(10);
      born += 1;
      // Each a little further on its way.
      const self = mortal(bench, born <= deaths ? born * 11 : Number.POSITIVE_INFINITY);
      const outcomes = await Promise.race([processUploads(self.deps)(batch), deathOf(self)]);
      if (outcomes === 'dead') died += 1;
      queue.push(...batch.filter((_, index) => outcomes === 'dead' || outcomes[index] === 'retry'));
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  return died;
};

const deathOf = async (process: Mortal): Promise<'dead'> => {
  while (!process.isDead) await new Promise((resolve) => setImmediate(resolve));
  return 'dead';
};

describe('a crowd', () => {
  it('of 20 that publish one version with different bytes at once has one winner, and 19 who learn both digests', async () => {
    const bench = registryBench();
    const bodies = Array.from({ length: 20 }, (_, index) =>
      Uint8Array.from(builtPackage({ files: { 'src/main.py': `answer = ${index}\n` } })),
    );
    const events = bodies.map((body, index) => bench.put(`ada/hello-${index}.apkg`, body, { sha256: sha256Of(body) }));
    const outcomes = await Promise.all(events.map((event) => bench.process(event)));
    expect(outcomes.flat().every((outcome) => outcome === 'done')).toBe(true);
    const verdicts = await Promise.all(bodies.map((_, index) => bench.verdict(`ada/hello-${index}.apkg`)));
    const winner = verdicts.findIndex((verdict) => verdict?.code === 'PUBLISHED');
    const published = sha256Of(bodies[winner] ?? '');
    expect(bench.bucket.get('packages/ada/hello/1.0.0/package.apkg')?.body).toEqual(bodies[winner]);
    for (const [index, body] of bodies.entries()) {
      if (index === winner) continue;
      expect(verdicts[index]).toMatchObject({
        code: 'VERSION_EXISTS',
        details: { expected: published, actual: sha256Of(body) },
      });
    }
    expect(bench.json('index/registry.json')).toMatchObject({ packages: [{ versions: [{ sha256: published }] }] });
  });

  it(
    'of 500 uploads by 50 developers is seen to exactly, however often its processors die',
    { timeout: 120_000 },
    async () => {
      const bench = registryBench({ settings: { unregistered: 'allow' } });
      const uploads = Array.from({ length: 500 }, (_, index) => {
        const developer = `dev-${index % 50}`;
        const turn = Math.floor(index / 50);
        const isBad = index % 7 === 3;
        const good = Uint8Array.from(builtPackage({ name: `agent-${turn % 3}`, version: `1.${turn}.0` }));
        return {
          developer,
          turn,
          isBad,
          file: `${developer}/a${turn}.apkg`,
          body: isBad ? encode(`not a zip ${index}`) : good,
        };
      });
      const events = uploads.flatMap(({ file, body }) => bench.upload(file, body));
      const duplicated = shuffled([...events, ...events.filter((_, index) => index % 3 === 0)], 7);
      expect(await workThrough(bench, duplicated, 20)).toBe(20);
      for (let round = 0; round < 2; round += 1) {
        bench.clock.advance(16 * MINUTE);
        await bench.sweep();
      }

      for (const { file, isBad } of uploads)
        expect([file, await bench.code(file)]).toEqual([file, isBad ? 'NOT_ZIP' : 'PUBLISHED']);
      const good = uploads.filter(({ isBad }) => !isBad);
      const released = bench.keys('packages/').filter((key) => key.endsWith('/release.json'));
      expect(released).toHaveLength(good.length);
      const listed = (bench.json('index/registry.json') as { packages: { versions: { key: string }[] }[] }).packages
        .flatMap(({ versions }) => versions.map(({ key }) => key.replace('package.apkg', 'release.json')))
        .toSorted();
      expect(listed).toEqual(released.toSorted());
      const told = new Set(bench.announcer.told.filter(({ type }) => type === 'package.published').map(({ id }) => id));
      expect(told.size).toBe(good.length);
      expect(bench.keys('uploads/')).toEqual([]);
    },
  );
});
