import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isFields, readJson, type Fields } from '#shared/domain/registry/shape.ts';
import type { BrowsableLetters } from '#shared/ports/dead-letters.ts';
import type { Telemetry } from '#shared/ports/telemetry.ts';
import type { JudgingDeps } from '#shared/usecases/registry/deps.ts';
import type { Context } from '../command.ts';
import { aboutFile, Failure } from '../failure.ts';
import { ownHolder } from '../service-options.ts';

/** Which registry an operator means. */
export interface OperatorOptions {
  readonly aws?: string;
  readonly data: string;
}

export interface OperatedRegistry {
  readonly deps: JudgingDeps;
  /** `null`: on this machine the server itself tries again what failed, and gives nothing up. */
  readonly deadLetters: BrowsableLetters | null;
  /** Who is at work. */
  readonly by: string;
}

const awsNames = (file: string): Readonly<Record<string, string>> => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw aboutFile(file, cause);
  }
  const read: unknown = readJson(text);
  const fields: Fields = isFields(read) ? read : {};
  const { Variables: inner } = fields as { readonly Variables?: unknown };
  const names = isFields(inner) ? inner : fields;
  if (Object.keys(names).length > 0) return names as Readonly<Record<string, string>>;
  const fix =
    'aws lambda get-function-configuration --function-name <deployment>-registry-sweep --query Environment.Variables';
  throw new Failure('usage', `${file} is not the environment of a function, as JSON`, { code: 'aws-unusable', fix });
};

/** What the use cases tell is worth a line each; what failed is what the command ends with. */
const telling = ({ output }: Context): Telemetry => ({
  event: (name, fields) => output.note(`${name} ${JSON.stringify(fields)}`),
  failure: (name, cause, fields) => output.note(`${name} ${JSON.stringify(fields)}: ${String(cause)}`),
  metric: () => undefined,
  vitals: () => undefined,
  audit: () => undefined,
});

/** The registry that the options name: on AWS with one's own credentials, or in a data folder. */
export const registryOf = async (context: Context, { aws, data }: OperatorOptions): Promise<OperatedRegistry> => {
  const { workingFolder } = context;
  const telemetry = telling(context);
  if (aws === undefined) {
    const { localDeps } = await import('./local-deps.ts');
    return { deps: localDeps(resolve(workingFolder, data), telemetry), deadLetters: null, by: ownHolder() };
  }
  const { awsDeps } = await import('./aws-deps.ts');
  return { ...awsDeps(awsNames(resolve(workingFolder, aws)), telemetry), by: ownHolder() };
};
