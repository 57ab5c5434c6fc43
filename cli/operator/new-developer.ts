import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readDeveloper } from '#shared/domain/registry/developer.ts';
import { instant, readJson } from '#shared/domain/registry/shape.ts';
import { registerDeveloper } from '#shared/usecases/registry/register-developer.ts';
import type { Context } from '../command.ts';
import { aboutFile, Failure } from '../failure.ts';
import { operating } from './operating.ts';
import type { OperatorOptions } from './registry-of.ts';

/** On what terms a developer is to publish. */
export interface NewTerms {
  readonly principal: readonly string[];
  readonly key: readonly string[];
  readonly signature: 'required' | 'optional';
  readonly secrets: string;
  readonly document?: string;
}

const DAY_MS = 86_400_000;

const written = (file: string): unknown => {
  try {
    return readJson(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw aboutFile(file, cause);
  }
};

/** A key is good from today on, not from this second: clocks differ. */
const keyOf = (text: string, now: number) => {
  const at = text.indexOf('=');
  const notBefore = instant(Math.floor(now / DAY_MS) * DAY_MS);
  return { id: text.slice(0, at), publicKey: text.slice(at + 1), notBefore, notAfter: null };
};

const documentOf = ({ principal, key, signature, secrets }: NewTerms, now: number): object => ({
  schema: 1,
  principals: principal,
  keys: key.map((text) => keyOf(text, now)),
  signature,
  secrets,
  limits: {},
});

/** What the registry itself could not read is not written. */
export const addDeveloper = async (
  context: Context,
  given: NewTerms & OperatorOptions & { readonly developer: string },
): Promise<void> => {
  const { developer: id, document: file } = given;
  const document = file === undefined ? documentOf(given, Date.now()) : written(resolve(context.workingFolder, file));
  const reading = readDeveloper(document);
  if (!reading.ok || typeof document !== 'object' || document === null) {
    const problem = reading.ok ? 'it is no document' : reading.problem;
    throw new Failure('usage', `${id} cannot be registered so: ${problem}`, { code: 'terms-unusable' });
  }
  const isNew = await operating(context, given, ({ deps, by }) => registerDeveloper(deps)({ id, document, by }));
  if (!isNew) {
    const fix = 'nightporter developers list shows on what terms; change its document by hand';
    throw new Failure('refused', `${id} is registered already`, { code: 'developer-exists', fix });
  }
  context.output.answer({ id, document }, `registered ${id}`);
};
