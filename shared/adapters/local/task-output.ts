import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { isMetricLine } from './emf-line.ts';

const FILE_LIMIT_BYTES = 5 * 1024 * 1024;
const LINE_LIMIT = 256 * 1024;
const TAIL_LINES = 20;
const TAIL_LENGTH = 2_000;

/** What a task prints: kept in its folder, and cut into lines. */
export interface TaskOutput {
  readonly write: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  /** Adds a line that the task did not print: what befell it from outside. */
  note(line: string): void;
  /** The last lines for people: metric lines are left out. */
  tail(): string | null;
  /** Never fails, like everything here: only the log in the folder may lack something. */
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
    note: (line) => {
      file.append(Buffer.from(`${line}\n`));
      remember(line);
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

const attempt = (work: () => void): void => {
  try {
    work();
  } catch {
    // Lines of the log are lost; what could not be opened now is tried again with the next output.
  }
};

/**
 * Appends; a full file becomes `….1` in place of the one before, so that a task keeps at most two. A full disk or a
 * folder that is gone loses lines of the log; it must not end the server, and the task still has its tail.
 */
const cappedFile = (path: string) => {
  // Undefined whenever no file is open: a number kept for longer would soon be that of a stranger's file.
  let descriptor: number | undefined;
  let bytes = 0;
  let isClosed = false;
  const open = (): number => {
    mkdirSync(dirname(path), { recursive: true });
    descriptor = openSync(path, 'a');
    bytes = fstatSync(descriptor).size;
    return descriptor;
  };
  const shut = (): void => {
    const wasOpen = descriptor;
    descriptor = undefined;
    if (wasOpen !== undefined) closeSync(wasOpen);
  };
  const rotate = (): void => {
    shut();
    renameSync(path, `${path}.1`);
  };
  attempt(open);
  return {
    append: (chunk: Buffer): void => {
      if (isClosed) return;
      attempt(() => {
        if (descriptor === undefined) open();
        if (bytes + chunk.length > FILE_LIMIT_BYTES) rotate();
        const written = writeSync(descriptor ?? open(), chunk); // `open` sets `bytes` anew
        bytes += written;
      });
    },
    close: (): void => {
      isClosed = true;
      attempt(shut);
    },
  };
};
