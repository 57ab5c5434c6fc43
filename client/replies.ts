/** What the API answers. Instants are ISO 8601 in UTC; absent values are `null`, never missing. */
export type ServiceState = 'asleep' | 'waking' | 'ready' | 'draining' | 'stopping' | 'failing';

export interface Service {
  readonly service: string;
  readonly state: ServiceState;
  /** The hold in force. */
  readonly held: Hold | null;
  /** Raised by every step to and from asleep. */
  readonly generation: number;
  readonly desiredCount: number;
  /** null: not seen yet. */
  readonly runningCount: number | null;
  readonly pendingCount: number | null;
  /** Where to connect once the state is ready. */
  readonly endpoint: Endpoint | null;
  /** The lease that the call took; of `status`, that of the holder who was asked for. */
  readonly lease: Lease | null;
  /** Live leases; null where nobody has counted them lately. */
  readonly leases: number | null;
  /** While waking, from how long this service took before. */
  readonly estimatedReadyAt: string | null;
  /** How long this service takes to boot; null for a sleeper that nobody has seen boot. */
  readonly boot: BootProfile | null;
  /** What the schedule of the service says; null: it has none. */
  readonly schedule: Schedule | null;
  readonly since: string;
  /** Why it is meant to be as it is. */
  readonly reason: string;
  /** The last failed start, kept until the next ready. */
  readonly failure: StartFailure | null;
  /** What wake and kill did; null in other answers. */
  readonly status: 'waking' | 'starting' | 'already_running' | 'killed' | 'released' | null;
  readonly estimatedStartTime: string | null;
  /** The state in a sentence for people. */
  readonly message: string;
}

export interface Hold {
  readonly intent: 'awake' | 'asleep';
  readonly until: string;
  readonly by: string;
  readonly reason: string;
}

export interface Schedule {
  /** The window that is on; null: none is. */
  readonly now: 'awake' | 'asleep' | null;
  /** What follows, and when; null: nothing, it stays like that. */
  readonly next: { readonly at: string; readonly intent: 'awake' | 'asleep' | null } | null;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly url: string | null;
}

export interface Lease {
  readonly holder: string;
  readonly expiresAt: string;
  readonly generation: number;
}

export interface StartFailure {
  readonly code: string;
  readonly message: string;
  /** Its last words, where they are known. */
  readonly output: string | null;
  readonly count: number;
  readonly at: string;
}

export interface BootProfile {
  /** How far the present start has come; null for a sleeper. */
  readonly phase: 'asked' | 'started' | 'running' | 'healthy' | 'ready' | null;
  /** How many of its last boots are remembered. */
  readonly boots: number;
  /** From the wake to ready, the median of them; null: none has been seen. */
  readonly medianMs: number | null;
  readonly startedMs: number | null;
  readonly runningMs: number | null;
  readonly healthyMs: number | null;
}

/** A package with its versions, the highest first. */
export interface Package {
  readonly developer: string;
  readonly name: string;
  /** Grows with every release, yank and unyank. */
  readonly revision: number;
  /** The highest version that is offered; null: none is. */
  readonly latest: string | null;
  readonly versions: readonly PackageVersion[];
}

export interface PackageVersion {
  readonly version: string;
  readonly sha256: string;
  readonly size: number;
  readonly key: string;
  readonly publishedAt: string;
  readonly yanked: boolean;
}

export interface Release {
  readonly developer: string;
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly size: number;
  readonly key: string;
  readonly publishedAt: string;
  /** The id of the key that signed it, and the signature; null: it is not signed. */
  readonly signature: { readonly key: string; readonly value: string } | null;
  readonly upload: { readonly key: string; readonly versionId: string };
  /** Which edition of the checks let it pass. */
  readonly validator: string;
  readonly yanked: boolean;
  /** Why it was yanked or offered again, the last time; null: never. */
  readonly status: { readonly reason: string; readonly by: string; readonly at: string } | null;
}

export interface Download {
  /** Needs no key. */
  readonly url: string;
  readonly expiresAt: string;
  readonly sha256: string;
  readonly size: number;
}

/** What became of an upload. */
export interface Verdict {
  readonly verdict: 'accepted' | 'rejected' | 'waiting' | 'superseded';
  /** Stable. */
  readonly code: string;
  readonly message: string;
  /** What to do about it. */
  readonly fix: string;
  readonly details: {
    readonly entry?: string | undefined;
    readonly field?: string | undefined;
    readonly limit?: number | undefined;
    readonly actual?: string | number | undefined;
    readonly expected?: string | number | undefined;
    readonly line?: number | undefined;
    readonly offset?: number | undefined;
    readonly problem?: string | undefined;
  };
  /** What was let pass, and should not be there the next time. */
  readonly warnings: readonly string[];
  readonly upload: {
    readonly key: string;
    readonly versionId: string | null;
    readonly sha256: string | null;
    readonly size: number | null;
  };
  /** As far as it is known which package it is. */
  readonly package: { readonly developer: string; readonly name: string; readonly version: string } | null;
  readonly validator: string;
  readonly at: string;
}

export interface SignedUpload {
  readonly method: 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface UploadTickets {
  readonly expiresAt: string;
  readonly package: SignedUpload;
  readonly checksum: SignedUpload;
  readonly signature: SignedUpload;
}
