import type { ECSClient } from '@aws-sdk/client-ecs';
import { parseXML } from '@aws-sdk/xml-builder';
import { Refusal } from '#shared/domain/errors.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { inBatches } from './at-once.ts';

/** The public IPv4 addresses of network interfaces, by interface id; an interface that has none yet is absent. */
export type PublicAddresses = (interfaceIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;

type Config = Pick<ECSClient['config'], 'region' | 'requestHandler' | 'signer'>;

export interface PublicAddressesOptions {
  /** Another client's configuration: its signer, its region and its connections serve Amazon EC2 as well. */
  readonly config: Config;
  readonly clock: Clock;
  /** Absent: Amazon EC2 of the region. */
  readonly endpoint?: string | undefined;
}

type Item = {
  readonly networkInterfaceId?: string;
  readonly association?: { readonly publicIp?: string };
};

/** Values that one filter may have (EC2 API reference). */
const AT_ONCE = 200;
const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 200;
const TOO_MANY_REQUESTS = /<Code>(RequestLimitExceeded|Throttling\w*)<\/Code>/;

const endpointOf = (region: string): string =>
  `https://ec2.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`;

/** A filter passes over what does not exist (yet), where naming ids would refuse the whole call. */
const bodyOf = (interfaceIds: readonly string[]): string =>
  new URLSearchParams({
    Action: 'DescribeNetworkInterfaces',
    Version: '2016-11-15',
    'Filter.1.Name': 'network-interface-id',
    ...Object.fromEntries(interfaceIds.map((id, index) => [`Filter.1.Value.${index + 1}`, id])),
  }).toString();

const itemsOf = (xml: string): readonly Item[] => {
  // An empty element reads as an empty text, and a single one as itself.
  const found = parseXML(xml)?.DescribeNetworkInterfacesResponse?.networkInterfaceSet?.item as
    | Item
    | Item[]
    | undefined;
  return found === undefined ? [] : [found].flat();
};

const textOf = async (body: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};

/**
 * Asks Amazon EC2 without a client of its own, which would more than double the size of a function: one call, signed
 * by the signer that is there anyway.
 */
export const publicAddresses = ({ config, clock, endpoint }: PublicAddressesOptions): PublicAddresses => {
  const post = async (body: string): Promise<{ readonly status: number; readonly text: string }> => {
    const region = await config.region();
    const { hostname, port, pathname, protocol } = new URL(endpoint ?? endpointOf(region));
    const request = {
      method: 'POST',
      protocol,
      hostname,
      ...(port !== '' && { port: Number(port) }),
      path: pathname,
      query: {},
      headers: {
        host: port === '' ? hostname : `${hostname}:${port}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body,
    };
    const signer = await config.signer();
    const signed = await signer.sign(request, { signingRegion: region, signingService: 'ec2' });
    const { response } = await config.requestHandler.handle(
      signed as Parameters<Config['requestHandler']['handle']>[0],
    );
    return { status: response.statusCode, text: await textOf(response.body as AsyncIterable<Uint8Array>) };
  };

  const ask = async (interfaceIds: readonly string[]): Promise<readonly Item[]> => {
    for (let attempt = 0; ; attempt += 1) {
      const { status, text } = await post(bodyOf(interfaceIds));
      if (status === 200) return itemsOf(text);
      const isThrottled = status === 429 || TOO_MANY_REQUESTS.test(text);
      if (!isThrottled && status < 500) throw new Error(`EC2 answered ${status}: ${text.slice(0, 500)}`);
      if (attempt + 1 === ATTEMPTS) {
        throw new Refusal('throttled', 'AWS is asked for too much at once', { retryAfterMs: 2_000 });
      }
      await clock.sleep(FIRST_PAUSE_MS * 2 ** attempt);
    }
  };

  return async (interfaceIds) => {
    const items = await inBatches(interfaceIds, AT_ONCE, ask);
    return new Map(
      items.flatMap(({ networkInterfaceId, association }) =>
        networkInterfaceId && association?.publicIp ? [[networkInterfaceId, association.publicIp] as const] : [],
      ),
    );
  };
};
