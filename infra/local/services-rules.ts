import { parsePolicy } from '#shared/domain/idle/policy.ts';
import type { LocalService } from '#shared/adapters/local/local-service.ts';
import type { ServiceEntry } from './services-schema.ts';
import type { Path } from './yaml-source.ts';

/** What is wrong with a services file, and where. */
export interface FileProblem {
  readonly path: Path;
  readonly expected: string;
}

export interface Entry {
  /** As it is written. */
  readonly entry: ServiceEntry;
  /** As it would run. */
  readonly local: LocalService;
}

const tagPath = ({ service }: LocalService, word: string) => ['services', service, 'tags', word];

const isBalancer = (signal: string | undefined): boolean => signal === 'alb' || signal === 'nlb';

/** On AWS a bad tag is reported and its default holds; here somebody is looking, and can mend it at once. */
const badTags = ({ local }: Entry): readonly FileProblem[] =>
  parsePolicy(local.tags)
    // What a load balancer's signal lacks is no news where there is no load balancer.
    .problems.filter(({ tag, value }) => tag !== 'signal' || !isBalancer(value))
    .map(({ tag, expected }) => ({ path: tagPath(local, tag), expected }));

const balancerSignals = ({ local }: Entry): readonly FileProblem[] =>
  isBalancer(local.tags['signal'])
    ? [{ path: tagPath(local, 'signal'), expected: 'connections, metric or leases (load balancers exist only on AWS)' }]
    : [];

/** Nobody would be sent there. */
const endpoints = ({ local }: Entry): readonly FileProblem[] =>
  local.tags['endpoint'] === undefined
    ? []
    : [{ path: tagPath(local, 'endpoint'), expected: 'nothing: on this machine clients connect to the port' }];

const wakeCounts = ({ entry, local }: Entry): readonly FileProblem[] => {
  const word = entry.tags?.['wake-count'];
  if (word !== undefined && entry.wakeCount !== undefined && String(word) !== String(entry.wakeCount)) {
    return [{ path: tagPath(local, 'wake-count'), expected: `the same as wakeCount (${entry.wakeCount}), or nothing` }];
  }
  if (local.port === null || parsePolicy(local.tags).policy.wakeCount === 1) return [];
  const path = word === undefined ? ['services', local.service, 'wakeCount'] : tagPath(local, 'wake-count');
  return [{ path, expected: '1, because a port has room for one process' }];
};

const portlessChecks = ({ local }: Entry): readonly FileProblem[] =>
  local.port === null && local.health !== null
    ? [{ path: ['services', local.service, 'health'], expected: 'nothing, or a port that can be asked' }]
    : [];

const takenPorts = (entries: readonly Entry[]): readonly FileProblem[] =>
  entries.flatMap(({ local }, index) => {
    const first = entries.slice(0, index).find((other) => other.local.port === local.port);
    if (!first || local.port === null) return [];
    return [
      { path: ['services', local.service, 'port'], expected: `a port of its own (${first.local.service} has it)` },
    ];
  });

/** What no single field shows: values that do not go together, or not on one machine. */
export const contradictions = (entries: readonly Entry[]): readonly FileProblem[] => [
  ...entries.flatMap((each) => [
    ...badTags(each),
    ...balancerSignals(each),
    ...endpoints(each),
    ...wakeCounts(each),
    ...portlessChecks(each),
  ]),
  ...takenPorts(entries),
];
