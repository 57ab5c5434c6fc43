import type { PublicAddressesOptions } from '#shared/adapters/aws/public-addresses.ts';

/** Asks the account for the addresses of these interfaces. */
type Ask = (interfaceIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const answer = (statusCode: number, text: string) => ({
  response: {
    statusCode,
    headers: {},
    body: (async function* body() {
      yield bytes(text);
    })(),
  },
});

const described = (addresses: ReadonlyMap<string, string>): string => {
  const items = [...addresses].map(
    ([id, address]) =>
      `<item><networkInterfaceId>${id}</networkInterfaceId><association><publicIp>${address}</publicIp></association></item>`,
  );
  return `<DescribeNetworkInterfacesResponse><networkInterfaceSet>${items.join('')}</networkInterfaceSet></DescribeNetworkInterfacesResponse>`;
};

/** EC2 counts the values of a filter from 1. */
const interfacesIn = (body: string): readonly string[] =>
  [...new URLSearchParams(body)].filter(([name]) => name.startsWith('Filter.1.Value.')).map(([, id]) => id);

const isThrottling = (cause: unknown): boolean => cause instanceof Error && cause.name === 'ThrottlingException';

/** Amazon EC2 as a client's configuration reaches it: a form goes out, XML comes back. */
export const ec2Config = (ask: Ask): PublicAddressesOptions['config'] =>
  ({
    region: async () => 'eu-central-1',
    signer: async () => ({ sign: async (request: object) => request }),
    requestHandler: {
      handle: async ({ body }: { readonly body: string }) => {
        try {
          return answer(200, described(await ask(interfacesIn(body))));
        } catch (cause) {
          if (!isThrottling(cause)) throw cause;
          return answer(503, '<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>');
        }
      },
    },
  }) as unknown as PublicAddressesOptions['config'];
