import { nodeCodec } from '#shared/adapters/node-codec.ts';
import { codecContract } from './codec.contract.ts';

codecContract('node', nodeCodec());
