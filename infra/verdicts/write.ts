/** `npm run verdicts`: writes the page of all verdicts from their table. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verdictsPage } from './page.ts';

writeFileSync(join(import.meta.dirname, '../../docs/verdicts.md'), verdictsPage());
