import { memoryObjectStore } from '../support/memory-object-store.ts';
import { objectStoreContract } from './object-store.contract.ts';

objectStoreContract({ name: 'memory', make: () => memoryObjectStore() });
