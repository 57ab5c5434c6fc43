import { closeSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { isMetricLine } from './emf-line.ts';

const FILE_LIMIT_BYTES = 5 * 1024 * 1024;
const LINE_LIMIT = 256 * 1024;
const TAIL_LINES = 20;
const TAIL_LENGTH = 2_000;

/** What a task prints: kept in its folder, and cut into lines. */
export interface TaskOutput {
  readonly write: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  /** The last lines for people: metric lines are left out. */
  tail(): string | null;
  close(): void;
}

export const taskOutput = (folder: string, onStdoutLine: (line: string) => void): TaskOutput => {
  const file = cappedFile(join(folder, 'output.log'));
  let tail: readonly string[] = [];
  const remember = (line: string): void => {
    if (!isMetricLine(line)) tail = [...tail, line.slice(-TAIL_LENGTH)].slice(-TAIL_LINES);
  };
  const lines = {
    stdout: lineCutter((line) => {
      remember(line);
      onStdoutLine(line);
    }),
    stderr: lineCutter(remember),
  };
  return {
    write: (stream, chunk) => {
      file.append(chunk);
      lines[stream].push(chunk);
    },
    tail: () => (tail.length === 0 ? null : tail.join('\n').slice(-TAIL_LENGTH)),
    close: () => {
      lines.stdout.end();
      lines.stderr.end();
      file.close();
    },
  };
};

/** Gives whole lines, however the bytes arrive; one without end is cut, for memory has an end too. */
const lineCutter = (onLine: (line: string) => void) => {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return {
    push: (chunk: Buffer): void => {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LINE_LIMIT) {
        lines.push(rest);
        rest = '';
      }
      lines.forEach(onLine);
    },
    end: (): void => {
      const last = rest + decoder.end();
      if (last !== '') onLine(last);
      rest = '';
    },
  };
};

/** Appends; a full file becomes `….1` in place of the one before, so that a task keeps at most two. */
const cappedFile = (path: string) => {
  let descriptor = openSync(path, 'a');
  let bytes = statSync(path).size;
  const rotate = (): void => {
    closeSync(descriptor);
    renameSync(path, `${path}.1`);
    descriptor = openSync(path, 'a');
    bytes = 0;
  };
  return {
    append: (chunk: Buffer): void => {
      try {
        if (bytes + chunk.length > FILE_LIMIT_BYTES) rotate();
        bytes += writeSync(descriptor, chunk);
      } catch {
        // A full disk loses lines of the log; it must not end the server, and the task still has its tail.
      }
    },
    close: (): void => closeSync(descriptor),
  };
};
