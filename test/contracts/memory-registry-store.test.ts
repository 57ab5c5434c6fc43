import { memoryRegistryStore } from '../support/memory-registry-store.ts';
import { objectStoreContract } from './object-store.contract.ts';
import { versionedObjectsContract } from './versioned-objects.contract.ts';

objectStoreContract({ name: 'memory with versions', make: () => memoryRegistryStore() });
versionedObjectsContract({ name: 'memory', make: () => memoryRegistryStore() });
