/** `npm run cli-reference`: writes the reference of the command from its definitions. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliPage } from './page.ts';

writeFileSync(join(import.meta.dirname, '../../docs/cli.md'), cliPage());
