import type { DecisionDeps } from '#shared/usecases/deps.ts';
import type { Endpoint } from '#shared/http/endpoint.ts';
import { holdEndpoints } from '../../functions/holds/endpoint.ts';
import { killEndpoints } from '../../functions/kill/endpoint.ts';
import { leaseEndpoints } from '../../functions/leases/endpoint.ts';
import { openApiEndpoint } from '../../functions/openapi/endpoint.ts';
import { packagesEndpoints, type PackagesDeps } from '../../functions/packages/endpoint.ts';
import { statusEndpoints } from '../../functions/status/endpoint.ts';
import { wakeEndpoints } from '../../functions/wake/endpoint.ts';

/** Every address there is: what API Gateway spreads over the functions. */
export const allEndpoints = (deps: DecisionDeps, packages: PackagesDeps): readonly Endpoint[] => [
  ...wakeEndpoints(deps),
  ...killEndpoints(deps),
  ...statusEndpoints(deps),
  ...leaseEndpoints(deps),
  ...holdEndpoints(deps),
  ...packagesEndpoints(packages),
  openApiEndpoint(),
];
