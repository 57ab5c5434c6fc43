import type { Fault } from '#shared/domain/registry/verdict.ts';
import type { Header } from './directory.ts';
import { extraProblem } from './extra-fields.ts';
import { IN_ZIP64 } from './source.ts';

const STORED = 0;
export const DEFLATED = 8;
/** Names are UTF-8. */
export const UTF8 = 0x0800;

/** The two bits in which deflate notes how hard it tried. */
const LEVEL = 0x0006;
/** The content, strongly, and the directory. */
const ENCRYPTED = 0x0001 | 0x0040 | 0x2000;
const DESCRIPTOR = 0x0008;

/** Up to ZIP64; above it are the methods and ciphers that are not allowed, and versions that runtimes give up on. */
const NEWEST_VERSION = 45;

/** The upper half of the attributes is a Unix mode, or nothing. Builders leave the type out, or all of it. */
const TYPE = 0o170000;
const REGULAR = 0o100000;
const FOLDER = 0o040000;
/** With these, a file that is run is run as somebody else. */
const SET_ID = 0o7000;
/** The lower half is what DOS and Windows know of a file: here a label, a device, a link. */
const DOS_FOLDER = 0x10;
const DOS_SPECIAL = 0x08 | 0x40 | 0x400;

interface Named extends Header {
  readonly entry: string;
}

type HeaderRule = (header: Named) => Fault | undefined;

const hex = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`;

const zip64: HeaderRule = ({ entry, compressedSize, size, offset, extra }) =>
  [compressedSize, size, offset].includes(IN_ZIP64.u32) || extraProblem(extra) === 'zip64'
    ? { code: 'ZIP64', details: { entry } }
    : undefined;

const disk: HeaderRule = (header) =>
  header.disk === 0 ? undefined : { code: 'MULTI_DISK', details: { entry: header.entry } };

const flags: HeaderRule = (header) => {
  const { entry } = header;
  if (header.flags & ENCRYPTED) return { code: 'ENCRYPTED', details: { entry } };
  if (header.flags & DESCRIPTOR) return { code: 'DATA_DESCRIPTOR', details: { entry } };
  const others = header.flags & ~(LEVEL | UTF8);
  return others ? { code: 'FLAGS', details: { entry, actual: hex(others) } } : undefined;
};

const method: HeaderRule = (header) => {
  const { entry, versionNeeded } = header;
  if (header.method !== STORED && header.method !== DEFLATED)
    return { code: 'METHOD', details: { entry, actual: header.method } };
  return versionNeeded > NEWEST_VERSION
    ? { code: 'METHOD', details: { entry, field: 'version needed', actual: `of version ${versionNeeded}` } }
    : undefined;
};

const comment: HeaderRule = ({ entry, commentBytes }) =>
  commentBytes > 0 ? { code: 'TRAILING_OR_COMMENT', details: { entry, problem: 'an entry has a comment' } } : undefined;

const extra: HeaderRule = (header) => {
  const problem = extraProblem(header.extra);
  return problem ? { code: 'EXTRA_FIELD', details: { entry: header.entry, actual: problem } } : undefined;
};

const special = (entry: string, problem: string): Fault => ({ code: 'SPECIAL_FILE', details: { entry, problem } });

/** Runtimes go by the name alone, and others by the attributes: a folder is one by both, and nothing else is. */
const kind: HeaderRule = ({ entry, attributes }) => {
  const mode = attributes >>> 16;
  const isFolder = entry.endsWith('/');
  const type = mode & TYPE;
  if (type !== 0 && type !== REGULAR && type !== FOLDER) return special(entry, `its mode is 0o${mode.toString(8)}`);
  if (attributes & DOS_SPECIAL) return special(entry, `its attributes are ${hex(attributes & 0xffff)}`);
  if (mode & SET_ID) return special(entry, 'it is set to run as somebody else');
  if (isFolder ? type === REGULAR : type === FOLDER || attributes & DOS_FOLDER)
    return special(entry, 'its name and its attributes disagree on whether it is a folder');
  return undefined;
};

const size: HeaderRule = (header) => {
  const { entry, compressedSize } = header;
  const wrong = (actual: number, expected: number): Fault => ({ code: 'SIZE', details: { entry, actual, expected } });
  if (entry.endsWith('/') && header.size !== 0) return wrong(header.size, 0);
  if (header.method === STORED && compressedSize !== header.size) return wrong(compressedSize, header.size);
  return undefined;
};

/** In the order in which they are told. */
const RULES: readonly HeaderRule[] = [zip64, disk, flags, method, comment, extra, kind, size];

/** What forbids an entry, as far as its description says. */
export const headerFault = (header: Header, entry: string): Fault | undefined => {
  const named = { ...header, entry };
  for (const rule of RULES) {
    const fault = rule(named);
    if (fault) return fault;
  }
  return undefined;
};
