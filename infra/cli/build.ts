/** `npm run build`: the command `nightporter`, as JavaScript, into `dist/`. */
import { join } from 'node:path';
import { bundleCli } from './bundle.ts';

await bundleCli(join(import.meta.dirname, '../../dist'));
