import * as z from 'zod/mini';
import { service } from '#shared/http/fields.ts';
import { taskChanged, type TaskChangedDeps } from '#shared/usecases/task-changed.ts';

/** Only whose task it was is taken from an event; how it is now is asked anew. */
const taskEvent = z.object({ service });

/** A task of a service changed. Throws on failure, so that the event is delivered again. */
export const taskEventEndpoint = (deps: TaskChangedDeps) => (event: unknown) =>
  taskChanged(deps)(z.parse(taskEvent, event).service);
