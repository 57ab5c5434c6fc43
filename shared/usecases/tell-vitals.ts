import { wantsTasks, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { vitals } from '#shared/domain/lifecycle/vitals.ts';
import type { Deps } from '#shared/usecases/deps.ts';
import type { Versioned } from '#shared/usecases/documents.ts';
import { isOf, type Projection, type Sighting } from '#shared/usecases/projections.ts';

/** A service as somebody has just seen it. */
interface Standing {
  readonly record: Versioned<ServiceRecord>;
  readonly sighting: Sighting | null;
}

type VitalsDeps = Pick<Deps, 'telemetry' | 'clock'>;

const isMissing = ({ notReadySince }: Projection): boolean => (notReadySince ?? null) !== null;

/** Whether nobody has told it yet: of a sleeper that it was seen at rest, of others that they are ready, or not any more. */
const isNews = (record: ServiceRecord, sighting: Sighting, previous: Projection | undefined): boolean => {
  const known = isOf(previous, record) ? previous : undefined;
  if (!wantsTasks(record)) return known === undefined;
  // Before anybody has looked there is what the wake said of itself: not ready.
  return isMissing(sighting) !== (known === undefined || isMissing(known));
};

/** Tells how the service stands if that is new. For those who look often: a waiter must not cost a line every time. */
export const tellNewVitals = (
  { telemetry, clock }: VitalsDeps,
  { record, sighting }: Standing,
  previous: Projection | undefined,
): void => {
  // Not seen since the record moved: whoever moved it has told the step.
  if (!sighting || !isNews(record.value, sighting, previous)) return;
  telemetry.vitals(record.value.service, vitals(record.value, sighting.notReadySince, clock.now()));
};

/** Tells how the service stands; of a sleeper once and then nothing, so that whoever rests costs nothing. */
export const tellVitals = (deps: VitalsDeps, standing: Standing, previous: Projection | undefined): void => {
  const { record, sighting } = standing;
  if (!wantsTasks(record.value)) tellNewVitals(deps, standing, previous);
  else if (sighting) {
    deps.telemetry.vitals(record.value.service, vitals(record.value, sighting.notReadySince, deps.clock.now()));
  }
};
