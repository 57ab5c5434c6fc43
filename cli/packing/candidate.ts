import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { nodeCodec } from '#shared/adapters/node-codec.ts';
import { systemClock } from '#shared/adapters/system-clock.ts';
import { yamlTree } from '#shared/adapters/yaml-tree.ts';
import { readDeveloper, UNREGISTERED, type Developer } from '#shared/domain/registry/developer.ts';
import { readJson } from '#shared/domain/registry/shape.ts';
import type { Verdict } from '#shared/domain/registry/verdict.ts';
import { validate, type Candidate } from '#shared/usecases/registry/validate.ts';
import { aboutFile, Failure } from '../failure.ts';

const contentOf = (path: string): Uint8Array => {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw aboutFile(path, cause);
  }
};

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/** The terms in the developer's document, as the operator has them; without one those of the unregistered. */
export const readTerms = (file: string | undefined): Developer => {
  if (file === undefined) return UNREGISTERED;
  const reading = readDeveloper(readJson(Buffer.from(contentOf(file)).toString('utf8')));
  if (reading.ok) return reading.developer;
  throw new Failure('usage', `${file} is no developer's document: ${reading.problem}`, { code: 'terms-unusable' });
};

const sizeOf = (path: string): number => {
  try {
    const found = statSync(path);
    if (found.isFile()) return found.size;
  } catch (cause) {
    throw aboutFile(path, cause);
  }
  throw new Failure('usage', `${path}: it is a folder`, {
    code: 'file-unusable',
    fix: 'make a package of it first: nightporter pack',
  });
};

/** A package on disk, with whatever lies beside it under its name. */
export const candidateAt = (path: string, developer: string, terms: Developer): Candidate => {
  const size = sizeOf(path);
  const beside = (ending: string): Uint8Array | null => (isThere(path + ending) ? contentOf(path + ending) : null);
  return {
    developer,
    file: basename(path),
    size,
    body: size > terms.limits.fileBytes ? new Uint8Array() : contentOf(path),
    checksum: beside('.sha256'),
    signature: beside('.sig'),
  };
};

/** The registry's own validator, on this machine. */
export const verdictOf = (candidate: Candidate, terms: Developer): Promise<Verdict> =>
  validate({ codec: nodeCodec(), yaml: yamlTree(), clock: systemClock() })(candidate, terms);
