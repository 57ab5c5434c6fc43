import { NoSuchKey, NotFound, S3ServiceException } from '@aws-sdk/client-s3';
import type { Passing } from '../support/sim-aws/account.ts';
import type { Recorded } from './requests.ts';

const isOfMissing = (cause: unknown): boolean =>
  cause instanceof NoSuchKey ||
  cause instanceof NotFound ||
  (cause instanceof S3ServiceException && cause.name === 'NoSuchVersion');

/** Lets calls pass, and notes each with how it ended and what AWS knew of the services at that time. */
export const recording =
  (calls: Recorded[], tagsNow: () => Recorded['tagsOf']) =>
  (passing: Passing): Passing => {
    const { function: caller, service, operation, input } = passing;
    const note = (isMissing: boolean): void =>
      void calls.push({ function: caller, service, operation, input, isMissing, tagsOf: tagsNow() });
    return {
      ...passing,
      perform: (isStale) => {
        try {
          const answer = passing.perform(isStale);
          note(false);
          return answer;
        } catch (cause) {
          note(isOfMissing(cause));
          throw cause;
        }
      },
    };
  };
