import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMetricLine } from '#shared/adapters/local/emf-line.ts';
import { readTaskFiles, taskFolder } from '#shared/adapters/local/task-folder.ts';
import { Failure } from './failure.ts';
import type { Output } from './output.ts';

export interface LogRequest {
  readonly dataFolder: string;
  readonly service: string;
  readonly lines: number;
  /** Lines of metrics are for machines. */
  readonly withMetrics: boolean;
  /** Until when to go on; `undefined`: not at all. */
  readonly signal: AbortSignal | undefined;
}

const LOOK_EVERY_MS = 250;

/** The id of the newest task of the service. */
const newestTask = (dataFolder: string, service: string): string | undefined => {
  // Where there is no data folder none is to be made by looking.
  if (statSync(join(dataFolder, 'tasks'), { throwIfNoEntry: false }) === undefined) return undefined;
  return [...readTaskFiles(dataFolder)].find(([, file]) => file.service === service)?.[0];
};

const contentOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // A task that has printed nothing has no file; a full one has just been put aside.
    return '';
  }
};

const lastLines = (text: string, { lines: count, withMetrics }: Pick<LogRequest, 'lines' | 'withMetrics'>) => {
  const all = text.split('\n');
  if (all.at(-1) === '') all.pop();
  const lines = withMetrics ? all : all.filter((line) => !isMetricLine(line));
  return count === 0 ? [] : lines.slice(-count);
};

/** What was added to a file since it had so many bytes; all of it, when it has begun anew. */
const addedSince = (file: string, bytes: number): { readonly text: string; readonly bytes: number } => {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return { text: '', bytes: 0 };
  }
  try {
    const { size } = fstatSync(descriptor);
    const from = size < bytes ? 0 : bytes;
    const chunk = Buffer.alloc(size - from);
    const read = readSync(descriptor, chunk, 0, chunk.length, from);
    const whole = chunk.subarray(0, read).lastIndexOf(0x0a) + 1;
    return { text: chunk.subarray(0, whole).toString('utf8'), bytes: from + whole };
  } finally {
    closeSync(descriptor);
  }
};

const follow = async (
  print: (task: string, lines: readonly string[]) => void,
  request: LogRequest,
  signal: AbortSignal,
  seen: { task: string; bytes: number },
): Promise<void> => {
  const { dataFolder, service } = request;
  while (!signal.aborted) {
    // The old one first: it may have had last words.
    const { text, bytes } = addedSince(join(taskFolder(dataFolder, seen.task), 'output.log'), seen.bytes);
    print(seen.task, lastLines(text, { ...request, lines: Infinity }));
    seen.bytes = bytes;
    const newest = newestTask(dataFolder, service) ?? seen.task;
    if (newest !== seen.task) Object.assign(seen, { task: newest, bytes: 0 });
    else await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
};

/** Prints what the newest task of the service has printed; for programs one JSON object for each line. */
export const showLog = async (output: Output, request: LogRequest): Promise<void> => {
  const { dataFolder, service, signal } = request;
  const task = newestTask(dataFolder, service);
  if (task === undefined) {
    const fix = 'nightporter services lists the services; one that was never woken has no log';
    throw new Failure('absent', `no task of ${service} in ${dataFolder}`, { code: 'no-log', fix });
  }
  const print = (id: string, printed: readonly string[]): void => {
    const text = output.isJson ? printed.map((line) => JSON.stringify({ task: id, line })) : printed;
    if (text.length > 0) output.raw(`${text.join('\n')}\n`);
  };
  const file = join(taskFolder(dataFolder, task), 'output.log');
  const present = contentOf(file);
  // Of a line that has just been begun the end will come: then it is told as one.
  const before = signal ? present.slice(0, present.lastIndexOf('\n') + 1) : present;
  print(task, lastLines(contentOf(`${file}.1`) + before, request));
  if (signal) await follow(print, request, signal, { task, bytes: Buffer.byteLength(before) });
};

/** The command that shows a service's log on AWS. Where there are several clusters, its id begins with its own. */
export const onAws = (service: string): string => {
  const [first = '', second] = service.split('.');
  const [cluster, name] = second === undefined ? ['<cluster>', first] : [first, second];
  const definition = `aws ecs describe-services --cluster ${cluster} --services ${name} --query 'services[0].taskDefinition' --output text`;
  const group = `aws ecs describe-task-definition --task-definition "$(${definition})" --query 'taskDefinition.containerDefinitions[0].logConfiguration.options."awslogs-group"' --output text`;
  return `aws logs tail --follow "$(${group})"`;
};
