import { endpoint, type Endpoint } from '#shared/http/endpoint.ts';
import { reply } from '#shared/http/request.ts';
import document from './document.json' with { type: 'json' };
import { openApiRoute } from './routes.ts';

/** Serves the document as it was written from the routes (`npm run openapi`): writing it anew takes longer than a call. */
export const openApiEndpoint = (): Endpoint => endpoint(openApiRoute, async () => reply(200, document));
