import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { EXITS } from '../exit-codes.ts';
import { aboutFile } from '../failure.ts';
import type { Output } from '../output.ts';
import { readTerms, verdictOf } from './candidate.ts';
import { collectFiles } from './collect-files.ts';
import type { PackingRules } from './left-out.ts';
import { verdictText } from './verdict-text.ts';
import { writeArchive } from './write-archive.ts';

export interface Packing {
  readonly folder: string;
  readonly workingFolder: string;
  readonly out: string | undefined;
  readonly rules: PackingRules;
  readonly isStored: boolean;
  readonly termsFile: string | undefined;
  readonly developer: string;
}

const write = (path: string, content: Uint8Array | string): void => {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  } catch (cause) {
    throw aboutFile(path, cause);
  }
};

/** Only what the registry would accept is written: what it would not is told at once, and to whoever can mend it. */
export const packFolder = async (output: Output, packing: Packing): Promise<number> => {
  const { folder, workingFolder, out, rules, isStored, termsFile, developer } = packing;
  const terms = readTerms(termsFile);
  const { files, keptPrivate } = collectFiles(folder, rules);
  const body = writeArchive(files, { isStored });
  const sha256 = createHash('sha256').update(body).digest('hex');
  const candidate = { developer, file: 'package.apkg', size: body.length, body, checksum: null, signature: null };
  const verdict = await verdictOf(candidate, { ...terms, keys: [], signature: 'optional' });
  const { code, message, fix, details, warnings } = verdict;
  const judged = { verdict: verdict.verdict, code, message, fix, details, warnings };
  for (const name of keptPrivate) output.note(`left out, because it looks private: ${name}`);
  if (!verdict.package || verdict.verdict !== 'accepted') {
    const written = { file: null, sha256, size: body.length, files: files.length, keptPrivate };
    output.answer({ ...written, package: null, ...judged }, verdictText(output, verdict, 'not packed'));
    return EXITS.rejected.status;
  }
  const { name, version } = verdict.package;
  const path = resolve(workingFolder, out ?? `${name}-${version}.apkg`);
  write(path, body);
  write(`${path}.sha256`, `${sha256}  ${basename(path)}\n`);
  const written = { file: path, sha256, size: body.length, files: files.length, keptPrivate };
  const headline = `packed ${name} ${version}: ${files.length} files, ${body.length} bytes`;
  output.answer(
    { ...written, package: { name, version }, ...judged },
    `${verdictText(output, verdict, headline)}\n${path}\nsha256 ${sha256}`,
  );
  return EXITS.done.status;
};
