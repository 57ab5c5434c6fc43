import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { yamlTree } from '#shared/adapters/yaml-tree.ts';
import type { YamlReader } from '#shared/ports/yaml-reader.ts';
import { bundle } from '../../bench/bundle.ts';
import { yamlMutant } from '../support/registry/yaml-snippets.ts';
import { yamlReaderContract } from './yaml-reader.contract.ts';

/** The reader as functions carry it: without the parts of the package that it does without. */
const bundled = async (): Promise<YamlReader> => {
  const { code } = await bundle({ file: 'shared/adapters/yaml-tree.ts' });
  const folder = mkdtempSync(path.join(tmpdir(), 'nightporter-'));
  const file = path.join(folder, 'bundle.cjs');
  try {
    writeFileSync(file, code);
    return createRequire(file)(file).yamlTree();
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const reader = await bundled();

yamlReaderContract('the yaml package, bundled', reader);

/** What needs more of the package than plain documents do, if anything does. */
const ODD = [
  'a: !!binary aGk=\nb: !!set {x, y}\nc: !!omap [x: 1]\nd: !!timestamp 2024-01-15\n',
  'a: !!int x\nb: !mine {c: 1}\nc: !<tag:yaml.org,2002:null> x\n',
  '%YAML 1.1\n---\na: no\n',
  '%YAML 3.0\n%TAG ! tag:x,2024:\n---\n!a b: c\n',
  'a: &x {b: 1}\nc: *x\nd: *nobody\n<<: *x\n',
  '? a\n: b\n? [c]\n: d\n',
  '[a: 1, b]: c\n{}: d\n',
  'a: 1\n---\nb: 2\n...\n# end\n',
  'a: "open\nb: [1, 2\n',
  'a: |5\n  b\nc: >+\n\n d\n\n',
  '\ta: 1\n a: 2\n: :\n- - -\n',
];

describe('the yaml package, bundled', () => {
  it.each(ODD)('reads %j as it does otherwise', (text) => {
    expect(reader(text, 32)).toEqual(yamlTree()(text, 32));
  });

  it('reads any text as it does otherwise', () => {
    const anyText = fc.oneof(yamlMutant, fc.stringMatching(/^[-!&*<>|%@?:,[\]{}"' \n#a1\\]{0,60}$/));
    fc.assert(
      fc.property(anyText, (text) => {
        expect(reader(text, 8)).toEqual(yamlTree()(text, 8));
      }),
    );
  });
});
