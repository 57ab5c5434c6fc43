/** `npm run reference`: writes the page of every call, field and word from the routes and the code. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { referencePage } from './page.ts';

writeFileSync(join(import.meta.dirname, '../../docs/reference.md'), referencePage());
