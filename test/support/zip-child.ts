// Stands in for zip where there is none: node zip-child.ts -qrX <archive> <folder>
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asBuilt, writeZip } from './registry/zip-writer.ts';

const [, archive = '', folder = ''] = process.argv.slice(2);
const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  statSync(join(folder, name)).isFile(),
);
const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
writeFileSync(archive, writeZip({ entries: asBuilt(files) }));
