import { join } from 'node:path';
import type { LocalService } from '#shared/adapters/local/local-service.ts';
import { keyFile } from './api-key.ts';

export interface WelcomeOptions {
  readonly url: string;
  readonly dataFolder: string;
  readonly services: readonly LocalService[];
  /** The key that was made for the data folder; `undefined`: whoever started the server gave one. */
  readonly ownKey: string | undefined;
}

/** How to use the server that has just begun to listen; the first line is for programs too. */
export const welcome = ({ url, dataFolder, services, ownKey }: WelcomeOptions): readonly string[] => {
  const first = services[0]?.service ?? '';
  const curl = `curl -s -H "x-api-key: $KEY"`;
  const key =
    ownKey === undefined
      ? ['The API key is the one it was started with:', '', '  KEY=…']
      : [`The API key, also in ${keyFile(dataFolder)}:`, '', `  KEY=${ownKey}`];
  return [
    `listening on ${url}`,
    '',
    ...key,
    `  ${curl} -X POST ${url}/services/${first}/wake`,
    `  ${curl} "${url}/services/${first}?wait=25"`,
    `  ${curl} -X POST ${url}/services/${first}/kill`,
    '',
    `Services: ${services.map(({ service, port }) => (port === null ? service : `${service} (port ${port})`)).join(', ')}`,
    `Packages: put them, with their checksums, into ${join(dataFolder, 'buckets/registry/uploads/{developer}')}`,
    `The API: ${url}/openapi.json   Everything is kept in ${dataFolder}   Ctrl-C stops it all`,
    '',
  ];
};
