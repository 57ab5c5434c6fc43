/** `npm run openapi`: writes the document of the HTTP API from its routes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentText } from './document.ts';

writeFileSync(join(import.meta.dirname, '../../functions/openapi/document.json'), documentText());
