import { describe } from 'vitest';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import { objectStoreContentsContract, type ObjectStoreRefusals } from './object-store-contents.contract.ts';
import { objectStoreListingContract } from './object-store-listing.contract.ts';
import { objectStoreWritesContract } from './object-store-writes.contract.ts';

export interface ObjectStoreContract {
  readonly name: string;
  /** An empty store. */
  readonly make: () => ObjectStore | Promise<ObjectStore>;
  readonly refuses?: ObjectStoreRefusals;
}

/** What every object store promises: the port's comment, as examples. */
export const objectStoreContract = ({ name, make, refuses = {} }: ObjectStoreContract): void => {
  describe(`object store: ${name}`, () => {
    objectStoreWritesContract(make);
    objectStoreContentsContract(make, refuses);
    objectStoreListingContract(make);
  });
};
