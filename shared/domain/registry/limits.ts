/** How large a package may be. Every one of these can be set for a single developer, within `LIMITS_FACTOR`. */
export interface Limits {
  /** Of the package as it was uploaded. */
  readonly fileBytes: number;
  /** Of all entries together, unpacked. */
  readonly unpackedBytes: number;
  /** Of one entry, unpacked. */
  readonly entryBytes: number;
  readonly entries: number;
  /** Unpacked bytes for each byte of the package; not asked of packages that unpack to `ratioFromBytes` or less. */
  readonly ratio: number;
  readonly ratioFromBytes: number;
  readonly manifestBytes: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const DEFAULT_LIMITS: Limits = {
  fileBytes: 100 * MIB,
  unpackedBytes: 512 * MIB,
  entryBytes: 128 * MIB,
  entries: 10_000,
  ratio: 100,
  ratioFromBytes: 64 * MIB,
  manifestBytes: 64 * KIB,
};

/** How many times the usual one a limit may be: a package, and each entry of it, is held in memory in one piece. */
export const LIMITS_FACTOR = 5;
