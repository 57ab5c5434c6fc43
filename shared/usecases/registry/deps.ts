import type { Announcer } from '#shared/ports/announcer.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Codec } from '#shared/ports/codec.ts';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import type { Random } from '#shared/ports/random.ts';
import type { Telemetry } from '#shared/ports/telemetry.ts';
import type { VersionedObjects } from '#shared/ports/versioned-objects.ts';
import type { YamlReader } from '#shared/ports/yaml-reader.ts';
import { documents, type Documents } from '#shared/usecases/documents.ts';

/** The registry's bucket. */
export type RegistryStore = ObjectStore & VersionedObjects;

/** As much of it as it takes to look at what was uploaded. */
export type UploadReader = Pick<RegistryStore, 'stat' | 'getVersion'>;

/** What the registry stands on. */
export interface RegistryPorts {
  readonly registry: RegistryStore;
  /** The control bucket: who the developers are. */
  readonly store: ObjectStore;
  readonly codec: Codec;
  readonly announcer: Announcer;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly random: Random;
}

export interface RegistrySettings {
  /** Whether a developer without a document may upload: on one machine, yes. Then nobody asks who did. */
  readonly unregistered: 'allow' | 'refuse';
  /** The unique id of whoever signs uploads for others, and says in the metadata for whom; null: nobody does. */
  readonly uploader: string | null;
}

/** What a use case of the registry may ask for; each names the part it uses. */
export interface RegistryDeps extends RegistryPorts {
  /** Documents of the control bucket. */
  readonly docs: Documents;
  /** Documents of the registry's bucket: verdicts and statuses. */
  readonly files: Documents;
  readonly settings: RegistrySettings;
}

/** The same, for whoever looks into packages: a function carries no more of the world than it uses. */
export interface JudgingDeps extends RegistryDeps {
  readonly yaml: YamlReader;
}

export const registryOn = <P extends RegistryPorts>(ports: P, settings: RegistrySettings): P & RegistryDeps => ({
  ...ports,
  settings,
  docs: documents(ports),
  files: documents({ ...ports, store: ports.registry }),
});
