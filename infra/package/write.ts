/** Makes a package of `dist/`, which others can install: `npm install ./dist`, `npm pack ./dist`. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shippedManifest, type Manifest } from './manifest.ts';

const root = join(import.meta.dirname, '../..');
const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
writeFileSync(join(root, 'dist/package.json'), `${JSON.stringify(shippedManifest(own), null, 2)}\n`);
copyFileSync(join(root, 'LICENSE'), join(root, 'dist/LICENSE'));
