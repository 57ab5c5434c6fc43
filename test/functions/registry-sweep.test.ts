import { describe, expect, it } from 'vitest';
import { sqsDeadLetters } from '#shared/adapters/aws/sqs-dead-letters.ts';
import { nodeCodec } from '#shared/adapters/node-codec.ts';
import { yamlTree } from '#shared/adapters/yaml-tree.ts';
import { registryOn } from '#shared/usecases/registry/deps.ts';
import { registrySweepEndpoint } from '../../functions/registry-sweep/endpoint.ts';
import { memoryObjectStore } from '../support/memory-object-store.ts';
import { memoryRegistryStore } from '../support/memory-registry-store.ts';
import { recordedAnnouncements, recordedTelemetry } from '../support/recorders.ts';
import { scriptedSqs } from '../support/scripted-sqs.ts';
import { MINUTE, virtualClock } from '../support/virtual-clock.ts';

const [FAILED, ARRIVED] = ['https://sqs/1/failed', 'https://sqs/1/arrived'];

/** The function over memory. */
const aSweep = () => {
  const clock = virtualClock();
  const { sqs, put, queueAt } = scriptedSqs(clock.now);
  const registry = memoryRegistryStore({ now: clock.now });
  const telemetry = recordedTelemetry();
  const deps = registryOn(
    {
      registry,
      store: memoryObjectStore({ now: clock.now }),
      codec: nodeCodec(),
      yaml: yamlTree(),
      announcer: recordedAnnouncements(),
      deadLetters: sqsDeadLetters({ sqs, queueUrl: FAILED, sourceUrl: ARRIVED }),
      clock,
      telemetry,
      random: () => 0.5,
    },
    { unregistered: 'allow', uploader: null },
  );
  const bodies = (url: string) => queueAt(url).map(({ body }) => body);
  const giveUp = (...letters: readonly string[]) => letters.forEach((letter) => put(FAILED, letter));
  return { run: registrySweepEndpoint(deps), clock, registry, telemetry, bodies, giveUp };
};

const codeAt = async ({ registry }: ReturnType<typeof aSweep>, key: string): Promise<string | undefined> => {
  const stored = await registry.get(key);
  return stored && JSON.parse(new TextDecoder().decode(stored.body)).code;
};

describe('the sweep of the registry', () => {
  it('is what a schedule wants, and gives up what waits in vain', async () => {
    const at = aSweep();
    await at.registry.put('uploads/acme/hello.apkg', new TextEncoder().encode('PK'), 'absent');
    at.clock.advance(MINUTE);
    await at.run({ time: '2026-11-20T10:00:00Z' });
    expect(await codeAt(at, 'results/acme/hello.json')).toBe('CHECKSUM_PENDING');
    at.clock.advance(15 * MINUTE);
    await at.run({ time: '2026-11-20T10:15:00Z' });
    expect(await codeAt(at, 'results/acme/hello.json')).toBe('CHECKSUM_MISSING');
  });

  it('makes everything again of the releases when it is told to', async () => {
    const at = aSweep();
    expect(await at.run({ task: 'rebuild' })).toEqual({ packages: 0, versions: 0 });
    expect(await at.registry.get('index/registry.json')).toBeDefined();
  });

  it('sends back what was given up, at most so much, and says who wanted it', async () => {
    const at = aSweep();
    at.giveUp('a', 'b', 'c');
    expect(await at.run({ task: 'replay', limit: 2, by: 'ada' })).toEqual({ replayed: 2 });
    expect(at.bodies(ARRIVED)).toEqual(['a', 'b']);
    expect(at.bodies(FAILED)).toEqual(['c']);
    expect(at.telemetry.events).toMatchObject([
      { name: 'dead-letter.replayed', fields: { by: 'ada', replays: 1 } },
      { name: 'dead-letter.replayed', fields: { by: 'ada', replays: 1 } },
    ]);
  });

  it('leaves what was given up where it is otherwise', async () => {
    const at = aSweep();
    at.giveUp('a');
    await at.run({});
    expect(at.bodies(FAILED)).toEqual(['a']);
  });

  it.each([
    null,
    'replay',
    { task: 'delete' },
    { task: 'replay', limit: 0 },
    { task: 'replay', limit: 1001 },
    { task: 'replay', by: '' },
  ])('does nothing that it does not know: %j', async (event) => {
    const at = aSweep();
    at.giveUp('a');
    await expect(at.run(event)).rejects.toThrow();
    expect(at.bodies(FAILED)).toEqual(['a']);
  });
});
