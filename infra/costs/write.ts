/** `npm run costs`: writes the page of what the examples cost from their parameters and the list of prices. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { costsPage } from './page.ts';

writeFileSync(join(import.meta.dirname, '../../docs/costs.md'), costsPage());
