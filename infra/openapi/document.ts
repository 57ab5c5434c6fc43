import { openApiDocument } from '#shared/http/openapi.ts';
import { holdRoute, unholdRoute } from '../../functions/holds/routes.ts';
import { killRoute, legacyKillRoute } from '../../functions/kill/routes.ts';
import { releaseRoute, renewRoute } from '../../functions/leases/routes.ts';
import { openApiRoute } from '../../functions/openapi/routes.ts';
import {
  downloadRoute,
  listPackagesRoute,
  packageRoute,
  unyankRoute,
  uploadRoute,
  verdictRoute,
  versionRoute,
  yankRoute,
} from '../../functions/packages/routes.ts';
import { decisionRoute, historyRoute, listRoute, statusRoute } from '../../functions/status/routes.ts';
import { legacyWakeRoute, wakeRoute } from '../../functions/wake/routes.ts';

/** In the order in which people read it. */
const ROUTES = [
  wakeRoute,
  legacyWakeRoute,
  killRoute,
  legacyKillRoute,
  statusRoute,
  listRoute,
  decisionRoute,
  historyRoute,
  renewRoute,
  releaseRoute,
  holdRoute,
  unholdRoute,
  listPackagesRoute,
  packageRoute,
  versionRoute,
  downloadRoute,
  yankRoute,
  unyankRoute,
  uploadRoute,
  verdictRoute,
  openApiRoute,
];

/** The text of functions/openapi/document.json. */
export const documentText = (): string => `${JSON.stringify(openApiDocument(ROUTES), null, 2)}\n`;
