import { createHash } from 'node:crypto';

/** How a task tells that it is well; without one it counts as ready after running for a while. */
export type HealthCheck = { readonly path: string } | { readonly tcp: true };

/** One entry of the services file: what a task definition and a service are on ECS. */
export interface LocalService {
  readonly service: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingFolder: string;
  /** Where clients connect, and what the process is told as PORT; null for a worker that nobody calls. */
  readonly port: number | null;
  readonly health: HealthCheck | null;
  readonly stopTimeoutMs: number;
  /** Policy words, as the `nightporter:` tags on AWS. */
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

/** Names one task. */
export interface TaskRef {
  readonly service: string;
  readonly taskId: string;
}

/** What a task needs of the machine to run at all; nothing else of the server's environment is passed on. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ'];

/** `node` is the Node that runs the server: the machine may have another one, or none. */
export const commandLine = ({ command: [program = '', ...args] }: LocalService): readonly [string, ...string[]] => [
  program === 'node' ? process.execPath : program,
  ...args,
];

/** The environment of the service's tasks. `from` is the server's own: it holds the API key, so it is not copied. */
export const taskEnvironment = (
  { environment, port }: LocalService,
  from: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(INHERITED.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]]))),
  ...environment,
  ...(port !== null && { PORT: String(port) }),
});

/** Names what a task would run: the same for the same build, across restarts of the server. */
export const taskDefinition = ({ service, command, environment, port, health }: LocalService): string => {
  const sortedEnvironment = Object.entries(environment).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const build = JSON.stringify([command, sortedEnvironment, port, health]);
  return `${service}:${createHash('sha256').update(build).digest('hex').slice(0, 12)}`;
};
