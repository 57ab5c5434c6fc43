import { ARCHIVE_WORDS } from '#shared/domain/registry/archive-words.ts';
import { MANIFEST_WORDS } from '#shared/domain/registry/manifest-words.ts';
import { UPLOAD_WORDS } from '#shared/domain/registry/upload-words.ts';
import { fill } from '#shared/domain/registry/verdict-words.ts';
import { VERDICTS, type VerdictCode, type VerdictEntry } from '#shared/domain/registry/verdict.ts';

type Belongs = (code: VerdictCode, entry: VerdictEntry) => boolean;

const isOneOf =
  (words: object): Belongs =>
  (code) =>
    Object.hasOwn(words, code);

const isRejected: Belongs = (_, { verdict }) => verdict === 'rejected';

/** In the order in which an upload meets them. The first that a code belongs to is its own. */
const SECTIONS: readonly (readonly [heading: string, belongs: Belongs])[] = [
  ['Rejected: the upload', isOneOf(UPLOAD_WORDS)],
  ['Rejected: the archive', isOneOf(ARCHIVE_WORDS)],
  ['Rejected: the manifest', isOneOf(MANIFEST_WORDS)],
  ['Rejected: a conflict', isRejected],
  ['Accepted, waiting, superseded', () => true],
];

const HEAD = `# Verdicts

Every upload gets a verdict: a JSON document beside it in the bucket, and the same from the API
([its format](registry-formats.md#verdict)). Codes are stable; texts may get better. The details named here stand in
\`details\` where they are known, and the message then has them too.

This page is written by \`npm run verdicts\`.
`;

const cell = (text: string): string => fill(text, {}).replaceAll('<', '&lt;').replaceAll('|', '\\|');

const detailsOf = ({ message, fix }: VerdictEntry): string => {
  const names = [...`${message}${fix}`.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => `\`${name}\``);
  return [...new Set(names)].join(', ');
};

const row = ([code, entry]: readonly [string, VerdictEntry]): string =>
  `| \`${code}\` | ${entry.verdict} | ${cell(entry.message)} | ${cell(entry.fix)} | ${detailsOf(entry)} |`;

const entries = Object.entries(VERDICTS) as (readonly [VerdictCode, VerdictEntry])[];

const sectionOf = ([code, entry]: readonly [VerdictCode, VerdictEntry]): string | undefined =>
  SECTIONS.find(([, belongs]) => belongs(code, entry))?.[0];

const section = ([heading]: (typeof SECTIONS)[number]): string => {
  const rows = entries.filter((entry) => sectionOf(entry) === heading).map(row);
  return [
    `\n## ${heading}`,
    '| code | verdict | what is wrong | how to mend it | details |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
};

/** The text of docs/verdicts.md. */
export const verdictsPage = (): string => HEAD + SECTIONS.map(section).join('');
