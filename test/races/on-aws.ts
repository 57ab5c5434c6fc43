import { account, throttling, type Passing } from '../support/sim-aws/account.ts';
import { fleetOver, storeOver } from '../support/sim-aws/adapters.ts';
import { s3Error } from '../support/sim-aws/s3-api.ts';
import type { GroundOptions, MakeGround } from './ground.ts';
import type { Call, World } from './world.ts';

/** What a call is about, for people who read traces. */
const SUBJECTS = ['Key', 'Prefix', 'ResourceId', 'serviceName', 'service', 'services', 'tasks', 'taskDefinition'];

type Input = Readonly<Record<string, string | number | readonly string[] | undefined>>;

const subjectOf = (input: Input): string => {
  const subject = SUBJECTS.map((name) => input[name]).find((value) => value !== undefined);
  const to = input['desiredCount'] ?? input['MinCapacity'] ?? input['desiredStatus'];
  return [subject, to]
    .flat()
    .filter((part) => part !== undefined)
    .join(' ');
};

const slowDown = (): Error => s3Error('SlowDown', 503, 'Please reduce your request rate.');
const conflict = (): Error => s3Error('ConditionalRequestConflict', 409, 'A conflicting operation is in progress.');

/** S3's reads are never stale, ECS's may each show another past. */
const callOf = (there: World, { mayBeStale }: GroundOptions, passing: Passing): Call<object> => {
  const { service, operation, isWrite, perform } = passing;
  const isS3 = service === 's3';
  return {
    label: `${operation} ${subjectOf(passing.input as Input)}`,
    effect: () => perform(mayBeStale && !isWrite && !isS3 && there.isWhim()),
    refusal: isS3 ? slowDown : throttling,
    mayLandLate: isWrite,
    ...(isS3 &&
      isWrite && {
        instead: {
          fault: 'in-flight',
          answer: () => {
            throw conflict();
          },
        },
      }),
  };
};

/** The product's own adapters, each call of the SDK one step, seen by somebody on its way. Every process starts cold. */
export const onAwsSeenBy =
  (see: (passing: Passing) => Passing): MakeGround =>
  (there, options) => {
    const aws = account({
      now: there.now,
      remembers: options.mayBeStale,
      onDesired: options.onDesired,
      onWrite: options.onWrite,
    });
    return {
      machines: aws.machines,
      store: aws.store,
      add: (seed) => void aws.add(seed),
      isListed: true,
      of: (actor) => {
        const clients = aws.clients(actor.name, (passing) => there.call(actor, callOf(there, options, see(passing))));
        return { fleet: fleetOver(clients, there.clockOf(actor)), store: storeOver(clients) };
      },
    };
  };

export const onAws = onAwsSeenBy((passing) => passing);
