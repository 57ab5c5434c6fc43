import { nodeCodec } from '#shared/adapters/node-codec.ts';
import { yamlTree } from '#shared/adapters/yaml-tree.ts';
import type { Announcement } from '#shared/domain/registry/promotion.ts';
import type { Verdict } from '#shared/domain/registry/verdict.ts';
import type { Announcer } from '#shared/ports/announcer.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import {
  registryOn,
  type JudgingDeps,
  type RegistrySettings,
  type RegistryStore,
} from '#shared/usecases/registry/deps.ts';
import { processUploads } from '#shared/usecases/registry/process-uploads.ts';
import { sweep } from '#shared/usecases/registry/sweep.ts';
import type { EventOutcome, UploadEvent } from '#shared/usecases/registry/upload-event.ts';
import { memoryObjectStore } from '../memory-object-store.ts';
import { memoryRegistryStore } from '../memory-registry-store.ts';
import { recordedTelemetry, type RecordedTelemetry } from '../recorders.ts';
import { objects, type Objects } from '../sim-aws/objects.ts';
import { virtualClock, type VirtualClock } from '../virtual-clock.ts';
import { sha256Of } from './built-package.ts';

/** Ada's and Bob's principals, as events name them. */
export const PRINCIPALS = { ada: 'AWS:AROAADAADAADAADAADAA:laptop', bob: 'AWS:AROABOBBOBBOBBOBBOBB:ci' } as const;
export const UPLOADER = 'AROAUPLOADUPLOADUPLOA';
export const RELEASE = { developer: 'ada', name: 'hello', version: '1.0.0' } as const;

export interface RecordedAnnouncer extends Announcer {
  readonly told: Announcement[];
  break(cause: Error | undefined): void;
}

const recordedAnnouncer = (): RecordedAnnouncer => {
  const told: Announcement[] = [];
  let broken: Error | undefined;
  return {
    told,
    break: (cause) => {
      broken = cause;
    },
    announce: async (announcement) => {
      if (broken) throw broken;
      told.push(announcement);
    },
  };
};

export const developerDocument = (more: object = {}): object => ({
  schema: 1,
  principals: [],
  keys: [],
  signature: 'optional',
  secrets: 'auto',
  limits: {},
  ...more,
});

const unique = (principal: string): string => principal.replace('AWS:', '').split(':')[0] ?? '';

export interface Put {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly sha256?: string;
  readonly principal?: string | null;
  /** In parts: that long ago it was begun. */
  readonly tookMs?: number;
}

let told = 0;

/** Puts something under a key as an uploader does, over whatever lies there, and tells of it as the bucket would. */
export const putInto = (bucket: Objects, now: number, key: string, body: Uint8Array, how: Put = {}): UploadEvent => {
  const { metadata = {}, sha256 = null, principal = PRINCIPALS.ada, tookMs = 0 } = how;
  const present = bucket.get(key);
  const condition = present ? { etag: present.etag } : 'absent';
  const written = bucket.put('uploader', key, { body, metadata, sha256, modifiedAt: now - tookMs }, condition);
  if (!written) throw new Error(`${key} was not put`);
  told += 1;
  const { versionId, etag } = written;
  return {
    key,
    versionId,
    etag,
    size: body.byteLength,
    principal,
    at: now,
    sequencer: told.toString(16).padStart(8, '0'),
  };
};

export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

export interface RegistryBench {
  readonly deps: JudgingDeps;
  readonly bucket: Objects;
  readonly clock: VirtualClock;
  readonly telemetry: RecordedTelemetry;
  readonly announcer: RecordedAnnouncer;
  /** Over whatever lies there. */
  put(path: string, body: Uint8Array | string, how?: Put): UploadEvent;
  /** A package and then its checksum, as the two-step script does it. */
  upload(file: string, body: Uint8Array, how?: Put): readonly UploadEvent[];
  process(...events: readonly UploadEvent[]): Promise<readonly EventOutcome[]>;
  sweep(): Promise<void>;
  /** Registers somebody, in place of what was said of them. */
  register(developer: string, document: object): void;
  verdict(file: string): Promise<Verdict | undefined>;
  code(file: string): Promise<string | undefined>;
  text(key: string): string | undefined;
  json(key: string): unknown;
  keys(prefix: string): readonly string[];
}

export interface BenchOptions {
  readonly settings?: Partial<RegistrySettings>;
  /** What stands between the use cases and the bucket. */
  readonly through?: (store: RegistryStore) => RegistryStore;
  readonly clock?: Clock & VirtualClock;
}

/** The registry over memory, with Ada and Bob registered. */
export const registryBench = ({ settings = {}, through = (store) => store }: BenchOptions = {}): RegistryBench => {
  const clock = virtualClock();
  const bucket = objects(clock.now, () => {}, { isVersioned: true });
  const telemetry = recordedTelemetry();
  const announcer = recordedAnnouncer();
  const controls = new Map<string, object>();
  const control = memoryObjectStore({ now: clock.now });
  const store: ObjectStore = {
    ...control,
    get: async (key) => {
      const document = controls.get(key);
      if (!document) return control.get(key);
      return { body: encode(JSON.stringify(document)), etag: 'any', metadata: {}, modifiedAt: clock.now() };
    },
    list: async (prefix) => ({
      objects: [...controls.keys()]
        .filter((key) => key.startsWith(prefix))
        .map((key) => ({ key, etag: 'any', size: 1, modifiedAt: clock.now() })),
      next: undefined,
    }),
  };
  const ports = {
    registry: through(memoryRegistryStore({ bucket })),
    store,
    codec: nodeCodec(),
    yaml: yamlTree(),
    announcer,
    clock,
    telemetry,
    random: () => 0.5,
  };
  const deps = registryOn(ports, { unregistered: 'refuse', uploader: UPLOADER, ...settings });
  const textOf = (key: string): string | undefined => {
    const found = bucket.get(key);
    return found && new TextDecoder().decode(found.body);
  };
  const bench: RegistryBench = {
    deps,
    bucket,
    clock,
    telemetry,
    announcer,
    put: (path, body, how) =>
      putInto(bucket, clock.now(), `uploads/${path}`, typeof body === 'string' ? encode(body) : body, how),
    upload: (file, body, how) => {
      const event = bench.put(file, body, how);
      clock.advance(10);
      return [event, bench.put(`${file}.sha256`, `${sha256Of(body)}\n`, { principal: event.principal })];
    },
    process: (...events) => processUploads(deps)(events),
    sweep: () => sweep(deps)(),
    register: (developer, document) => void controls.set(`developers/${developer}.json`, document),
    verdict: async (file) => {
      const [, developer, name] = /^([^/]+)\/(.+)$/.exec(file) ?? [];
      const text = textOf(`results/${developer}/${String(name).replace(/\.apkg$/, '')}.json`);
      return text === undefined ? undefined : (JSON.parse(text) as Verdict);
    },
    code: async (file) => (await bench.verdict(file))?.code,
    text: textOf,
    json: (key) => JSON.parse(textOf(key) ?? 'null'),
    keys: (prefix) => bucket.list(prefix, '').map(([key]) => key),
  };
  for (const [developer, principal] of Object.entries(PRINCIPALS))
    bench.register(developer, developerDocument({ principals: [unique(principal)] }));
  return bench;
};
