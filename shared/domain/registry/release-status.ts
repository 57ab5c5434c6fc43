import { instant, isCount, isFields, isText, readInstant } from './shape.ts';

/** Whether a release is offered. The release itself never changes. */
export interface ReleaseStatus {
  readonly yanked: boolean;
  readonly reason: string;
  readonly by: string;
  readonly at: number;
  /** One more at each change. */
  readonly revision: number;
}

/** `undefined` when the document is no status: never to be taken for “not yanked”. */
export const readStatus = (value: unknown): ReleaseStatus | undefined => {
  if (!isFields(value)) return undefined;
  const { schema, yanked, reason, by, revision } = value as Readonly<Record<keyof ReleaseStatus | 'schema', unknown>>;
  const at = readInstant(value['at']);
  if (schema !== 1 || typeof yanked !== 'boolean' || at === undefined) return undefined;
  return isText(reason) && isText(by) && isCount(revision, 1) ? { yanked, reason, by, at, revision } : undefined;
};

export const statusDocument = ({ yanked, reason, by, at, revision }: ReleaseStatus): object => ({
  schema: 1,
  yanked,
  reason,
  by,
  at: instant(at),
  revision,
});

export interface StatusChange {
  readonly yanked: boolean;
  readonly reason: string;
  readonly by: string;
  readonly at: number;
}

/** The status after a change; `undefined` when it is so already, and nothing is to be written or told. */
export const changeStatus = (before: ReleaseStatus | undefined, change: StatusChange): ReleaseStatus | undefined =>
  change.yanked === (before?.yanked ?? false) ? undefined : { ...change, revision: (before?.revision ?? 0) + 1 };
