import * as z from 'zod/mini';
import type { Route } from '#shared/http/endpoint.ts';
import { limit, reason } from '#shared/http/fields.ts';
import { afterPackage, developer, file, packageName, sha256, size, version } from '#shared/http/package-fields.ts';

const packageParams = { developer, name: packageName };
const releaseParams = { ...packageParams, version };
const releasePath = '/packages/{developer}/{name}/{version}';
const uploadParams = { developer, file };
const uploadPath = '/uploads/{developer}/{file}';

export const listPackagesRoute = {
  operationId: 'listPackages',
  method: 'GET',
  path: '/packages',
  summary: 'Every package of the registry with its versions',
  description: 'By developer and name. Versions begin with the highest; `latest` is null when all are yanked.',
  query: { limit: z.optional(limit), after: z.optional(afterPackage) },
  replies: { 200: { description: 'One page.', schema: 'PackagePage' } },
  refusals: [],
} as const satisfies Route;

export const packageRoute = {
  operationId: 'getPackage',
  method: 'GET',
  path: '/packages/{developer}/{name}',
  summary: 'A package with all its versions',
  description: 'Yanked versions too, and marked as such.',
  params: packageParams,
  replies: { 200: { description: 'The package.', schema: 'Package' } },
  refusals: ['package-not-found'],
} as const satisfies Route;

export const versionRoute = {
  operationId: 'getVersion',
  method: 'GET',
  path: releasePath,
  summary: 'A published version',
  description: 'What was published never changes; whether it is yanked does.',
  params: releaseParams,
  replies: { 200: { description: 'The version.', schema: 'Release' } },
  refusals: ['package-not-found'],
} as const satisfies Route;

export const downloadRoute = {
  operationId: 'downloadVersion',
  method: 'GET',
  path: `${releasePath}/download`,
  summary: 'The bytes of a version',
  description:
    'Leads to an address that needs no key and is good for a short while. With `Accept: application/json` the address is told instead. A yanked version can still be had by whoever names it.',
  params: releaseParams,
  replies: {
    200: { description: 'Where the bytes are.', schema: 'Download' },
    302: { description: '`Location` is where the bytes are.' },
  },
  refusals: ['package-not-found'],
} as const satisfies Route;

export const yankRoute = {
  operationId: 'yankVersion',
  method: 'POST',
  path: `${releasePath}/yank`,
  summary: 'Offer a version no more',
  description:
    'Needs the grant for it. It is no longer the latest, and stays where it is for those who have it: its number is never used again.',
  params: releaseParams,
  body: { reason },
  replies: { 200: { description: 'It is yanked.', schema: 'Release' } },
  refusals: ['package-not-found'],
} as const satisfies Route;

export const unyankRoute = {
  operationId: 'unyankVersion',
  method: 'POST',
  path: `${releasePath}/unyank`,
  summary: 'Offer a yanked version again',
  description: 'Needs the grant for it.',
  params: releaseParams,
  body: { reason },
  replies: { 200: { description: 'It is offered.', schema: 'Release' } },
  refusals: ['package-not-found'],
} as const satisfies Route;

export const uploadRoute = {
  operationId: 'beginUpload',
  method: 'POST',
  path: uploadPath,
  summary: 'Addresses to upload a package to, without credentials of the store',
  description:
    'Needs the grant for the developer. Each is good for one object: the package exactly as it is announced here, its checksum, its signature. Send the given headers as they are. The checksum completes the set: a signature goes before it. What becomes of it, `getUpload` tells.',
  params: uploadParams,
  body: { size, sha256 },
  replies: { 201: { description: 'Where to put what.', schema: 'UploadTickets' } },
  refusals: [],
} as const satisfies Route;

export const verdictRoute = {
  operationId: 'getUpload',
  method: 'GET',
  path: uploadPath,
  summary: 'What became of an upload',
  description:
    'The verdict on what was last uploaded under this name: published, refused and how to mend it, or waiting. A checksum or signature that was refused has one too, under its whole name.',
  params: uploadParams,
  replies: { 200: { description: 'The verdict.', schema: 'Verdict' } },
  refusals: ['package-not-found'],
} as const satisfies Route;
