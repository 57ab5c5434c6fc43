import { stdoutTelemetry } from '#shared/adapters/aws/stdout-telemetry.ts';
import { systemClock } from '#shared/adapters/system-clock.ts';
import { lambdaHandler } from '#shared/http/lambda-handler.ts';
import { environmentOf, telemetryVariables } from '#shared/runtime/env.ts';
import { openApiEndpoint } from './endpoint.ts';

const clock = systemClock();
const telemetry = stdoutTelemetry(environmentOf(telemetryVariables, process.env), clock);

export const handler = lambdaHandler([openApiEndpoint()], { telemetry, clock, grantOf: async () => ({}) });
