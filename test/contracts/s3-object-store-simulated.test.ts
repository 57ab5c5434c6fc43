import { account } from '../support/sim-aws/account.ts';
import { storeOver } from '../support/sim-aws/adapters.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import { objectStoreContract } from './object-store.contract.ts';

objectStoreContract({
  name: 'S3, simulated command by command',
  make: () => storeOver(account({ now: virtualClock().now }).clients('test')),
});
