import { EXITS, type Exit } from './exit-codes.ts';

export interface FailureDetails {
  /** Stable, for programs; when absent, the kind of exit. */
  readonly code?: string;
  /** What to do about it. */
  readonly fix?: string;
  /** More of it, in several lines, for who wants to know. */
  readonly detail?: string;
  readonly cause?: unknown;
}

/** An expected end: told in one line, what and what to do, and never with a stack trace. Anything else is a bug. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exit: Exit;
  readonly code: string;
  readonly fix: string | undefined;
  readonly detail: string | undefined;

  constructor(exit: Exit, message: string, { code = exit, fix, detail, cause }: FailureDetails = {}) {
    super(message, { cause });
    this.exit = exit;
    this.code = code;
    this.fix = fix;
    this.detail = detail;
  }

  get status(): number {
    return EXITS[this.exit].status;
  }
}

/** What the system says of a file that cannot be used, in a failure; anything else passes through. */
export const aboutFile = (path: string, cause: unknown): unknown => {
  if (!(cause instanceof Error) || !('code' in cause) || !('syscall' in cause)) return cause;
  const problem = FILE_PROBLEMS[String(cause.code)] ?? cause.message;
  return new Failure('usage', `${path}: ${problem}`, { code: 'file-unusable', cause });
};

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EEXIST: 'it exists already, and is not replaced',
  ENOSPC: 'the disk is full',
};
