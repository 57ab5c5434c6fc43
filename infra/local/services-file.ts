import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { parseDuration } from '#shared/domain/idle/duration.ts';
import type { LocalService } from '#shared/adapters/local/local-service.ts';
import { contradictions, type FileProblem } from './services-rules.ts';
import { servicesSchema, type ServiceEntry } from './services-schema.ts';
import { parseYaml, type Path, type YamlSource } from './yaml-source.ts';

/** The services, or everything that is wrong, each as `file:line: field: expected …`. */
export type ServicesFile =
  | { readonly ok: true; readonly services: readonly LocalService[] }
  | { readonly ok: false; readonly problems: readonly string[] };

export interface ServicesFileOptions {
  /** As it is named in messages. */
  readonly file: string;
  /** Where the commands run. */
  readonly workingFolder: string;
}

const DEFAULT_STOP_TIMEOUT_MS = 30_000;

type Issue = z.core.$ZodIssue;
type Located = YamlSource['errors'][number];

const shapeProblems = (issues: readonly Issue[]): readonly FileProblem[] =>
  issues.flatMap((issue) => {
    const path = issue.path as Path;
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...path, key], expected: 'no such field' }));
    }
    return [
      { path, expected: issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message },
    ];
  });

/** Policy words are read from tags wherever a service runs, so the field is written as its word. */
const tagsOf = ({ tags = {}, wakeCount }: ServiceEntry): Readonly<Record<string, string>> => ({
  ...(wakeCount !== undefined && { 'wake-count': String(wakeCount) }),
  ...Object.fromEntries(Object.entries(tags).map(([word, value]) => [word, String(value)])),
});

const toLocalService = (service: string, entry: ServiceEntry, workingFolder: string): LocalService => ({
  service,
  command: entry.command,
  environment: entry.environment ?? {},
  workingFolder,
  port: entry.port ?? null,
  health: entry.health ?? null,
  stopTimeoutMs: parseDuration(entry.stopTimeout ?? '') ?? DEFAULT_STOP_TIMEOUT_MS,
  tags: tagsOf(entry),
  // An entry has no birth: under the same name it is the same service, before and after a restart.
  createdAt: 0,
});

/** Reads the text of a services file. */
export const parseServicesFile = (text: string, { file, workingFolder }: ServicesFileOptions): ServicesFile => {
  const source = parseYaml(text);
  const refused = (problems: readonly Located[]): ServicesFile => {
    const inOrder = problems.toSorted((a, b) => a.line - b.line);
    return { ok: false, problems: inOrder.map(({ line, message }) => `${file}:${line}: ${message}`) };
  };
  const located = ({ path, expected }: FileProblem): Located => {
    const field = path.length > 0 ? `${path.join('.')}: ` : '';
    return { line: source.lineOf(path), message: `${field}expected ${expected}, found ${source.valueAt(path)}` };
  };
  if (source.errors.length > 0) return refused(source.errors);
  const parsed = z.safeParse(servicesSchema, source.value);
  if (!parsed.success) return refused(shapeProblems(parsed.error.issues).map(located));
  const entries = Object.entries(parsed.data.services).map(([service, entry]) => ({
    entry,
    local: toLocalService(service, entry, workingFolder),
  }));
  const problems = contradictions(entries);
  return problems.length > 0
    ? refused(problems.map(located))
    : { ok: true, services: entries.map(({ local }) => local) };
};

/** The same, from disk. */
export const readServicesFile = (options: ServicesFileOptions): ServicesFile => {
  try {
    return parseServicesFile(readFileSync(options.file, 'utf8'), options);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    return { ok: false, problems: [`${options.file}: cannot be read (${code})`] };
  }
};
