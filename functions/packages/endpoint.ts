import { endpoint, type Endpoint } from '#shared/http/endpoint.ts';
import { asksForJson, reply } from '#shared/http/request.ts';
import type { UrlSigner } from '#shared/ports/url-signer.ts';
import type { RegistryDeps } from '#shared/usecases/registry/deps.ts';
import { downloadTarget } from '#shared/usecases/registry/download-target.ts';
import { listPackages } from '#shared/usecases/registry/list-packages.ts';
import { showPackage, showVersion } from '#shared/usecases/registry/show-package.ts';
import { uploadTickets } from '#shared/usecases/registry/upload-tickets.ts';
import { verdictOf } from '#shared/usecases/registry/verdict-of.ts';
import { unyank, yank } from '#shared/usecases/registry/yank.ts';
import * as routes from './routes.ts';

export type PackagesDeps = RegistryDeps & { readonly urls: UrlSigner };

/** An address is good for a quarter of an hour, and for whoever has it. */
const NOT_KEPT = { 'cache-control': 'no-store' };

/** People write the name of the file they have; the registry's name of an upload goes without the ending. */
const uploadName = (file: string): string => file.replace(/\.apkg$/, '');

export const packagesEndpoints = (deps: PackagesDeps): readonly Endpoint[] => [
  endpoint(routes.listPackagesRoute, async ({ limit = 100, after = null }) =>
    reply(200, await listPackages(deps)({ limit, after })),
  ),
  endpoint(routes.packageRoute, async (input) => reply(200, await showPackage(deps)(input))),
  endpoint(routes.versionRoute, async (input) => reply(200, await showVersion(deps)(input))),
  endpoint(routes.downloadRoute, async (input, request) => {
    const target = await downloadTarget(deps)(input);
    if (asksForJson(request)) return reply(200, target, NOT_KEPT);
    return reply(302, undefined, { ...NOT_KEPT, location: target.url });
  }),
  endpoint(routes.yankRoute, async (input, { caller }) => reply(200, await yank(deps)({ ...input, caller }))),
  endpoint(routes.unyankRoute, async (input, { caller }) => reply(200, await unyank(deps)({ ...input, caller }))),
  endpoint(routes.uploadRoute, async (input, { caller }) =>
    reply(201, await uploadTickets(deps)({ ...input, file: uploadName(input.file), caller }), NOT_KEPT),
  ),
  endpoint(routes.verdictRoute, async (input) => reply(200, await verdictOf(deps)(input))),
];
