import { Refusal } from '#shared/domain/errors.ts';
import type { Context } from '../command.ts';
import { Failure } from '../failure.ts';
import { registryOf, type OperatedRegistry, type OperatorOptions } from './registry-of.ts';

/** What the SDK says of who may not, or cannot be known: it has no one class for these. */
const NOT_ALLOWED =
  /^(?:AccessDenied|AccessDeniedException|UnauthorizedOperation|CredentialsProviderError|ExpiredToken|ExpiredTokenException|InvalidAccessKeyId|InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch)$/;
const NOT_REACHED = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNRESET)$/;

const codeOf = (cause: Error): string => ('code' in cause && typeof cause.code === 'string' ? cause.code : '');

const translated = (cause: unknown): unknown => {
  if (cause instanceof AggregateError) {
    const detail = cause.errors.map(String).join('\n');
    return new Failure('failed', cause.message, {
      code: 'incomplete',
      detail,
      cause,
      fix: 'run it again once these are mended',
    });
  }
  if (cause instanceof Refusal) return new Failure('refused', cause.message, { code: cause.code, cause });
  if (!(cause instanceof Error)) return cause;
  if (NOT_ALLOWED.test(cause.name)) {
    const fix = 'which credentials and region are in use? aws sts get-caller-identity tells';
    return new Failure('forbidden', `AWS: ${cause.message}`, { code: 'aws-refused', cause, fix });
  }
  if (cause.message.startsWith('Region is missing')) {
    return new Failure('usage', 'no AWS region', { code: 'no-region', cause, fix: 'set AWS_REGION' });
  }
  if (NOT_REACHED.test(codeOf(cause))) {
    return new Failure('unreachable', `AWS cannot be reached: ${codeOf(cause)}`, { code: 'unreachable', cause });
  }
  return '$metadata' in cause ? new Failure('failed', `AWS: ${cause.name}: ${cause.message}`, { cause }) : cause;
};

/** Works on the registry that the options name; what goes wrong as expected is told as a failure of the command. */
export const operating = async <T>(
  context: Context,
  options: OperatorOptions,
  work: (registry: OperatedRegistry) => Promise<T>,
): Promise<T> => {
  try {
    return await work(await registryOf(context, options));
  } catch (cause) {
    throw translated(cause);
  }
};
