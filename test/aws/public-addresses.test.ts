import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  CreateNetworkInterfaceCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
} from '@aws-sdk/client-ec2';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { publicAddresses, type PublicAddresses } from '#shared/adapters/aws/public-addresses.ts';
import { systemClock } from '#shared/adapters/system-clock.ts';
import { ec2On, ecsOn } from './support/clients.ts';

const endpoint = inject('motoUrl');
const ec2 = ec2On(endpoint);

describe('public addresses from an independent EC2', () => {
  let subnet: string;
  let addressesOf: PublicAddresses;
  beforeAll(async () => {
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock: '10.0.0.0/20' }));
    subnet = Subnet?.SubnetId ?? '';
    addressesOf = publicAddresses({
      config: ecsOn(endpoint).config,
      clock: systemClock(),
      endpoint,
    });
  });

  const networkInterface = async (): Promise<string> => {
    const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: subnet }));
    return NetworkInterface?.NetworkInterfaceId ?? '';
  };

  const withAddress = async (): Promise<readonly [string, string]> => {
    const NetworkInterfaceId = await networkInterface();
    const { AllocationId, PublicIp = '' } = await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
    await ec2.send(new AssociateAddressCommand({ NetworkInterfaceId, AllocationId }));
    return [NetworkInterfaceId, PublicIp];
  };

  it('are those of the interfaces asked for, as far as they have one and exist', async () => {
    const [first, second, bystander] = [await withAddress(), await withAddress(), await withAddress()];
    const withoutAddress = await networkInterface();
    const found = await addressesOf([withoutAddress, first[0], 'eni-0123456789abcdef0', second[0]]);
    expect(found).toEqual(new Map([first, second]));
    expect(found.has(bystander[0])).toBe(false);
  });

  it('may be one or none', async () => {
    const [id, address] = await withAddress();
    expect(await addressesOf([id])).toEqual(new Map([[id, address]]));
    expect(await addressesOf([await networkInterface()])).toEqual(new Map());
    expect(await addressesOf(['eni-0123456789abcdef0'])).toEqual(new Map());
  });

  it('may be asked for more interfaces than one call may name', async () => {
    const [id, address] = await withAddress();
    const strangers = Array.from({ length: 250 }, (_, index) => `eni-${String(index).padStart(17, '0')}`);
    expect(await addressesOf([...strangers, id])).toEqual(new Map([[id, address]]));
  });
});
