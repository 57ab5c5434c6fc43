import { generateKeyPairSync } from 'node:crypto';
import { nodeCodec } from '#shared/adapters/node-codec.ts';
import { yamlTree } from '#shared/adapters/yaml-tree.ts';
import { Refusal } from '#shared/domain/errors.ts';
import { registryOn, type JudgingDeps } from '#shared/usecases/registry/deps.ts';
import { processUploads } from '#shared/usecases/registry/process-uploads.ts';
import { rebuild } from '#shared/usecases/registry/rebuild.ts';
import { sweep } from '#shared/usecases/registry/sweep.ts';
import { unyank, yank } from '#shared/usecases/registry/yank.ts';
import { memoryObjectStore } from '../../support/memory-object-store.ts';
import { recordedTelemetry } from '../../support/recorders.ts';
import { builtPackage, sha256Of } from '../../support/registry/built-package.ts';
import { developerDocument, encode, PRINCIPALS, putInto } from '../../support/registry/registry-bench.ts';
import { objects } from '../../support/sim-aws/objects.ts';
import type { Outcome } from '../game.ts';
import { world, type Actor, type World } from '../world.ts';
import { announcerOf, queueOf, storeOf } from './ground.ts';
import { promises, type Seen } from './promises.ts';
import type { Content, Doing, Scenario, Uploading } from './scenario.ts';
import type { Variant } from './variants.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
const MINUTE_MS = 60_000;

const BYTES: Readonly<Record<Content, Uint8Array>> = {
  one: builtPackage(),
  'other-one': builtPackage({ files: { 'src/main.py': 'pass\n' } }),
  two: builtPackage({ version: '1.1.0' }),
  broken: encode('this is no package, and it is long enough for one'),
};
const DIGESTS = Object.fromEntries(Object.entries(BYTES).map(([content, bytes]) => [content, sha256Of(bytes)]));
const publicKey = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' });
const KEY = {
  id: 'laptop',
  publicKey: publicKey.subarray(-32).toString('base64'),
  notBefore: '2026-01-01T00:00:00Z',
  notAfter: null,
};
const CALLER = { subject: 'operator', source: 'test', grant: { registry: true } };

type Program = (deps: JudgingDeps, actor: Actor) => Promise<unknown>;

/** A package with what goes with it, put there in that order, as the two-step script does it. */
const partsOf = ({ file, content, checksum }: Uploading) => {
  const path = `uploads/ada/${file}.apkg`;
  const sha256 = DIGESTS[content] ?? '';
  const metadata = checksum === 'metadata' ? { sha256 } : {};
  const sidecar = { sidecar: sha256, 'wrong-sidecar': sha256Of('something else'), metadata: null, none: null }[
    checksum
  ];
  return { path, metadata, sidecar, body: BYTES[content] };
};

const stage = (scenario: Scenario, variant: Variant) => {
  const there: World = world(scenario.choices, scenario.faults, NOON);
  // The bucket keeps times in whole seconds.
  const bucketNow = (): number => Math.floor(there.now() / 1_000) * 1_000;
  const watch = promises(() => bucket);
  const bucket = objects(bucketNow, watch.onWrite, { isVersioned: true });
  const queue = queueOf(there);
  const control = memoryObjectStore({ now: there.now });
  const telemetry = recordedTelemetry();
  const depsOf = (actor: Actor): JudgingDeps => {
    const ports = {
      registry: storeOf(there, bucket, actor),
      store: control,
      codec: nodeCodec(),
      yaml: yamlTree(),
      announcer: announcerOf(there, actor, watch.hear),
      clock: there.clockOf(actor),
      telemetry,
      random: there.random,
    };
    return registryOn(variant.wrap(ports), { unregistered: 'refuse', uploader: null });
  };
  return { scenario, there, bucket, watch, queue, control, telemetry, depsOf };
};

type Stage = ReturnType<typeof stage>;

/** A quarter of an hour may pass between a package and its checksum. */
const isHeldUp = ({ doings }: Scenario): boolean =>
  doings.some((doing) => doing.do === 'time-passes' && doing.byMs >= 15 * MINUTE_MS);

const upload = ({ there, bucket, watch, queue, scenario }: Stage, uploading: Uploading, order: number): void => {
  const { path, metadata, sidecar, body } = partsOf(uploading);
  const principal = uploading.byStranger ? PRINCIPALS.bob : PRINCIPALS.ada;
  const put = (key: string, bytes: Uint8Array, more: object = {}) =>
    putInto(bucket, there.now(), key, bytes, { principal, ...more });
  there.happen(`upload#${order} ${path} ${uploading.content}`, () => {
    const event = put(path, body, { metadata, tookMs: uploading.tookMs });
    const seen: Seen = {
      ...uploading,
      key: path,
      versionId: event.versionId,
      order: Number.parseInt(event.sequencer ?? '0', 16),
      sha256: sha256Of(body),
      isGood: uploading.content !== 'broken',
      isComplete: uploading.checksum === 'metadata' || (uploading.checksum === 'sidecar' && !isHeldUp(scenario)),
    };
    watch.saw(seen);
    queue.send(event);
    if (sidecar === null) return;
    there.happen(`checksum#${order} ${path}`, () => queue.send(put(`${path}.sha256`, encode(`${sidecar}\n`))));
  });
};

const process =
  ({ queue }: Pick<Stage, 'queue'>, atOnce: number, rounds: number): Program =>
  async (deps, actor) => {
    for (let round = 0; round < rounds; round += 1) {
      const events = await queue.receive(actor, atOnce);
      const outcomes = await processUploads(deps)(events);
      const done = events.filter((_, index) => outcomes[index] === 'done');
      if (done.length > 0) await queue.acknowledge(actor, done);
    }
  };

const programOf = (set: Stage, doing: Doing): Program | undefined => {
  const named = (version: string) => ({ developer: 'ada', name: 'hello', version, caller: CALLER, reason: 'a test' });
  switch (doing.do) {
    case 'process':
      return process(set, doing.atOnce, 3);
    case 'sweep':
      return (deps) => sweep(deps)();
    case 'rebuild':
      return (deps) => rebuild(deps)();
    case 'yank':
      return (deps) => yank(deps)(named(doing.version));
    case 'unyank':
      return (deps) => unyank(deps)(named(doing.version));
    case 'time-passes':
    case 'index-breaks':
      return undefined;
  }
};

/** What is nobody's program. */
const befall = ({ there, bucket, watch }: Stage, doing: Doing): void => {
  if (doing.do === 'time-passes') there.advance(doing.byMs);
  const present = doing.do === 'index-breaks' ? bucket.get(doing.key) : undefined;
  if (doing.do !== 'index-breaks' || !present) return;
  watch.forgive();
  bucket.put('vandal', doing.key, { body: encode('{"half":') }, { etag: present.etag });
};

const causesOf = (cause: unknown): readonly unknown[] =>
  cause instanceof AggregateError ? cause.errors.flatMap(causesOf) : [cause];

const isAnswer = (cause: unknown): boolean =>
  cause instanceof Refusal || /^Error: (no answer|refused|.* never stood still)/.test(String(cause));

const blame = ({ watch }: Stage, who: string, cause: unknown): void => {
  const bugs = causesOf(cause).filter((each) => !isAnswer(each));
  if (bugs.length > 0) watch.breaks(`9 ${who} broke: ${bugs.map(String).join('; ')}`);
};

const launch = (set: Stage, actor: Actor, program: Program): void => {
  program(set.depsOf(actor), actor).catch((cause: unknown) => {
    if (set.there.isCalm()) set.watch.breaks(`9 ${actor.name} failed although nothing goes wrong: ${String(cause)}`);
    else blame(set, actor.name, cause);
  });
};

const performAlone = async (set: Stage, name: string, program: Program): Promise<void> => {
  launch(set, { name, skewMs: 0, isDead: false }, program);
  await set.there.run();
};

/** Nothing goes wrong any more: what comes back is seen to, and the sweep comes round as long as it may take. */
const calmDown = async (set: Stage): Promise<void> => {
  set.there.calm();
  for (let round = 0; round < 6; round += 1) {
    set.queue.comeBack();
    if (set.queue.isEmpty()) break;
    await performAlone(set, `at last#${round}`, process(set, 10, 2));
  }
  set.queue.comeBack();
  if (!set.queue.isEmpty()) set.watch.breaks('9 news that nobody can see to');
  for (const byMs of [MINUTE_MS + 1_000, 15 * MINUTE_MS, MINUTE_MS]) {
    set.there.advance(byMs);
    await performAlone(set, 'sweep, later', (deps) => sweep(deps)());
  }
};

/** Plays one scenario with one protocol, to the end and a little further, and tells which promises it broke. */
export const play = async (scenario: Scenario, variant: Variant): Promise<Outcome> => {
  const set = stage(scenario, variant);
  const keys = scenario.hasKey ? [KEY] : [];
  const ada = developerDocument({ principals: ['AROAADAADAADAADAADAA'], keys });
  await set.control.put('developers/ada.json', encode(JSON.stringify(ada)), 'absent');
  for (const [order, uploading] of scenario.uploads.entries()) upload(set, uploading, order);
  for (const [index, doing] of scenario.doings.entries()) {
    const program = programOf(set, doing);
    const skewMs = scenario.skewMs * ((index % 3) - 1);
    const actor: Actor = { name: `${doing.do}#${index}`, skewMs, isDead: false };
    if (program) launch(set, actor, program);
    else set.there.happen(actor.name, () => befall(set, doing));
  }
  await set.there.run();
  await calmDown(set);
  for (const { name, cause } of set.telemetry.failures) blame(set, name, cause);
  set.watch.checkSettled();
  return { broken: set.watch.broken, trace: set.there.trace };
};
