import { readConnection, type ClientOptions } from './connection.ts';
import type { Decision, History } from './explanations.ts';
import { listAll } from './listing.ts';
import * as packages from './package-calls.ts';
import { publish, type PublishOptions } from './publish.ts';
import type { Download, Package, Release, Service, Verdict } from './replies.ts';
import type { CallOptions } from './requests.ts';
import * as services from './service-calls.ts';
import { session, type Session, type SessionOptions } from './session.ts';
import { wake, type WakeOptions } from './wake.ts';

// What users need to name.
export { NightporterError, type FailureReason } from './failure.ts';
export type { Clock } from './clock.ts';
export type { ClientOptions, Fetch } from './connection.ts';
export type { ReleaseName, YankOptions } from './package-calls.ts';
export type { PublishOptions, PublishProgress } from './publish.ts';
export type * from './explanations.ts';
export type * from './replies.ts';
export type { CallOptions } from './requests.ts';
export type { HistoryOptions, HoldOptions, KillOptions, StatusOptions } from './service-calls.ts';
export type { Session, SessionEnd, SessionOptions } from './session.ts';
export type { WakeOptions, WakeProgress } from './wake.ts';

type PackageName = Omit<packages.ReleaseName, 'version'>;

/** The API as functions. Each rejects with a `NightporterError` when it could not do what it is for. */
export interface Client {
  /** Wakes a service, or joins those for whom it is awake, and waits until it is ready. */
  wake(service: string, options?: WakeOptions): Promise<Service>;
  /** Wakes a service and keeps it awake until it is released. */
  session(service: string, options?: SessionOptions): Promise<Session>;
  status(service: string, options?: services.StatusOptions): Promise<Service>;
  services(options?: CallOptions): Promise<readonly Service[]>;
  /** Ends the holder's session; the last one out turns off the light. */
  kill(service: string, options?: services.KillOptions): Promise<Service>;
  /** Pins a service awake or asleep until an instant. Needs the grant for it. */
  hold(service: string, options: services.HoldOptions): Promise<Service>;
  unhold(service: string, options?: CallOptions): Promise<void>;
  /** What the next tick would do with a service, and why. */
  decision(service: string, options?: CallOptions): Promise<Decision>;
  /** What happened to a service, the newest first, a page at a time. */
  history(service: string, options?: services.HistoryOptions): Promise<History>;

  /** Uploads a package and waits for the verdict. A package that is refused is a verdict as well, no error. */
  publish(options: PublishOptions): Promise<Verdict>;
  packages(options?: CallOptions): Promise<readonly Package[]>;
  package(named: PackageName, options?: CallOptions): Promise<Package>;
  release(named: packages.ReleaseName, options?: CallOptions): Promise<Release>;
  /** Where the bytes of a version are, for the next few minutes. */
  download(named: packages.ReleaseName, options?: CallOptions): Promise<Download>;
  yank(named: packages.ReleaseName, options: packages.YankOptions): Promise<Release>;
  unyank(named: packages.ReleaseName, options: packages.YankOptions): Promise<Release>;
}

/** Makes a client. Nothing is sent before its first call, and the key is in none of its properties. */
export const createClient = (options: ClientOptions): Client => {
  const connection = readConnection(options);
  return {
    wake: (...call) => wake(connection, ...call),
    session: (...call) => session(connection, ...call),
    status: (...call) => services.status(connection, ...call),
    services: (...call) => listAll<Service>(connection, 'services', ...call),
    kill: (...call) => services.kill(connection, ...call),
    hold: (...call) => services.hold(connection, ...call),
    unhold: (...call) => services.unhold(connection, ...call),
    decision: (...call) => services.decision(connection, ...call),
    history: (...call) => services.history(connection, ...call),
    publish: (...call) => publish(connection, ...call),
    packages: (...call) => listAll<Package>(connection, 'packages', ...call),
    package: (...call) => packages.packageOf(connection, ...call),
    release: (...call) => packages.release(connection, ...call),
    download: (...call) => packages.download(connection, ...call),
    yank: (...call) => packages.yank(connection, ...call),
    unyank: (...call) => packages.unyank(connection, ...call),
  };
};
