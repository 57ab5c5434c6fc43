import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { manifestOf } from '../../support/registry/manifest-files.ts';

const AS_BUILT = {
  'agent.yaml': `version: "1.0"
name: weather-agent
display_name: Weather Agent
description: Tells the weather.
author: Ada
license: MIT
entrypoint: src.main:handler
runtime: python3.11
environment:
  LOG_LEVEL: debug
dependencies:
  - requests>=2.31.0
mcp: {enabled: true, config_file: mcp.json}
ui:
  path: ./ui
  basePath: /
metadata:
  version: 1.4.2
  homepage: https://example.com
  tags: [weather, demo]
  sub_agents:
  - name: radar
    public: true
`,
  '.env': 'API_KEY=your-api-key-here\n',
  '.pixell/': '',
  '.pixell/package.json': JSON.stringify({
    format_version: '1.0',
    created_by: 'pixell-kit',
    manifest: { name: 'weather-agent', version: '1.0', metadata: { version: '1.4.2' } },
  }),
  'src/': '',
  'src/main.py': 'def handler(event): return "sun"\n',
};

const BY_HAND = { 'agent.yaml': 'name: weather\nversion: 1.0.0\nruntime:\n  python: ">=3.8"\nexports: [forecast]\n' };

const codeOf = (checked: ReturnType<typeof manifestOf>) => (checked.ok ? 'accepted' : checked.fault.code);

const withCopy = (copy: unknown) => ({
  ...AS_BUILT,
  '.pixell/package.json': typeof copy === 'string' ? copy : JSON.stringify(copy),
});

describe('a manifest', () => {
  it('is read as the builder writes it: the package’s version is in metadata', () => {
    expect(manifestOf(AS_BUILT)).toEqual({
      ok: true,
      value: {
        name: 'weather-agent',
        version: '1.4.2',
        warnings: ['.env is in the package, with values: whoever may read the package can read them.'],
      },
    });
  });

  it('is read as people write it: the package’s version is at the top', () => {
    expect(manifestOf(BY_HAND)).toEqual({ ok: true, value: { name: 'weather', version: '1.0.0', warnings: [] } });
  });

  it.each([
    ['there is none', {}, {}],
    ['it is a folder', { 'agent.yaml/': '' }, { problem: 'agent.yaml is a folder' }],
    ['it is a folder with a file in it', { 'agent.yaml/a': 'x' }, { problem: 'agent.yaml is a folder' }],
    ['it has another ending', { 'agent.yml': 'name: a\n' }, { problem: 'agent.yml has another ending' }],
    ['it is in a folder', { 'my-agent/agent.yaml': 'name: a\n' }, { problem: 'it is at my-agent/agent.yaml' }],
    ['another file’s name ends like it', { 'my-agent.yaml': 'name: a\n' }, {}],
  ])('is missing when %s', (_, contents, details) => {
    expect(manifestOf(contents)).toEqual({ ok: false, fault: { code: 'MANIFEST_MISSING', details } });
  });

  it.each([
    ['alone', { 'Agent.yaml': 'name: a\n' }, 'Agent.yaml'],
    ['beside the right one', { ...BY_HAND, 'AGENT.YAML': 'name: a\n' }, 'AGENT.YAML'],
  ])('must not be written in another way, %s', (_, contents, entry) => {
    expect(manifestOf(contents)).toEqual({ ok: false, fault: { code: 'MANIFEST_CASE', details: { entry } } });
  });

  it.each([
    [65_536, 'accepted'],
    [65_537, 'MANIFEST_TOO_LARGE'],
  ])('of %d bytes is %s', (size, code) => {
    const text = 'name: a\nversion: 1.0.0\n#';
    const checked = manifestOf({ 'agent.yaml': `${text}${'x'.repeat(size - text.length - 1)}\n` });
    expect(codeOf(checked)).toBe(code);
    expect(checked).toMatchObject(checked.ok ? {} : { fault: { details: { actual: 65_537, limit: 65_536 } } });
  });

  it('may be as large as the developer’s limit says', () => {
    expect(codeOf(manifestOf(BY_HAND, { manifestBytes: 10 }))).toBe('MANIFEST_TOO_LARGE');
  });

  it.each([
    ['no name', 'version: 1.0.0', 'FIELD_INVALID'],
    ['an empty name', 'name:\nversion: 1.0.0', 'FIELD_INVALID'],
    ['a number for a name', 'name: 12\nversion: 1.0.0', 'FIELD_INVALID'],
    ['a truth for a name', 'name: true\nversion: 1.0.0', 'FIELD_INVALID'],
    ['a list for a name', 'name: [a]\nversion: 1.0.0', 'FIELD_INVALID'],
    ['a block for a name', 'name: |\n  a\nversion: 1.0.0', 'FIELD_INVALID'],
    ['a way out for a name', 'name: ../../etc\nversion: 1.0.0', 'FIELD_INVALID'],
    ['a name that PyYAML takes for a no', 'name: no\nversion: 1.0.0', 'YAML_AMBIGUOUS'],
    ['a name that would be one without its quotes', 'name: "no"\nversion: 1.0.0', 'NAME_RESERVED'],
    ['a reserved name', 'name: latest\nversion: 1.0.0', 'NAME_RESERVED'],
    ['no version', 'name: a', 'FIELD_INVALID'],
    ['metadata without a version, and none at the top', 'name: a\nmetadata: {tags: []}', 'FIELD_INVALID'],
    ['metadata that is no map', 'name: a\nversion: 1.0.0\nmetadata: 1.0.0', 'FIELD_INVALID'],
    ['metadata that is nothing', 'name: a\nversion: 1.0.0\nmetadata:', 'FIELD_INVALID'],
    ['a number for a version', 'name: a\nversion: 1.10', 'VERSION_INVALID'],
    ['the schema’s edition only', 'name: a\nversion: "1.0"', 'VERSION_INVALID'],
    ['an empty version', 'name: a\nversion:', 'VERSION_INVALID'],
    ['a list for a version', 'name: a\nversion: [1, 0, 0]', 'VERSION_INVALID'],
    ['leading zeros', 'name: a\nversion: 1.02.0', 'VERSION_INVALID'],
    ['a v', 'name: a\nversion: v1.0.0', 'VERSION_INVALID'],
    ['build metadata', 'name: a\nversion: 1.0.0+7', 'VERSION_INVALID'],
    ['an empty version in metadata', 'name: a\nversion: 1.0.0\nmetadata: {version: }', 'VERSION_INVALID'],
    ['another kind of version in metadata', 'name: a\nversion: 1.0.0\nmetadata: {version: 1.0}', 'VERSION_INVALID'],
    ['an octal version', 'name: a\nversion: 010', 'YAML_AMBIGUOUS'],
    ['a version in base 60', 'name: a\nmetadata: {version: 1:30}', 'YAML_AMBIGUOUS'],
    ['a version with an exponent', 'name: a\nversion: 1e3', 'YAML_AMBIGUOUS'],
    ['two versions', 'name: a\nversion: 1.0.0\nmetadata: {version: 1.0.1}', 'VERSION_FIELDS_DISAGREE'],
    ['a way out for a version', 'name: a\nversion: ../../x\nmetadata: {version: 1.0.1}', 'FIELD_INVALID'],
    ['a list at the top', 'name: a\nversion: [1]\nmetadata: {version: 1.0.1}', 'FIELD_INVALID'],
    ['less than nothing at the top', 'name: a\nversion: -1.0\nmetadata: {version: 1.0.1}', 'FIELD_INVALID'],
    ['an ambiguous value that nobody here needs', 'name: a\nversion: 1.0.0\nports: {rest: 0o10}', 'YAML_AMBIGUOUS'],
    ['what is no YAML', 'name: a: b\nversion: 1.0.0', 'YAML_INVALID'],
  ])('with %s is refused', (_, text, code) => {
    expect(codeOf(manifestOf({ 'agent.yaml': `${text}\n` }))).toBe(code);
  });

  it.each([
    ['version: 1.0.1\nmetadata: {version: 1.0.1}', '1.0.1'],
    ['version: 1.0\nmetadata: {version: 1.0.1}', '1.0.1'],
    ['version: "2.1"\nmetadata: {version: 1.0.1}', '1.0.1'],
    ['version: 2\nmetadata: {version: "1.0.1-rc.1"}', '1.0.1-rc.1'],
    ['metadata: {version: 1.0.1}', '1.0.1'],
    ['version: 1.0.1\nmetadata: {homepage: x}', '1.0.1'],
  ])('with %j has the version %s', (text, version) => {
    expect(manifestOf({ 'agent.yaml': `name: a\n${text}\n` })).toMatchObject({ value: { version } });
  });

  const invalid = (field: string, actual: string, expected: unknown = expect.any(String)) => ({
    fault: { code: 'FIELD_INVALID', details: { field, actual, expected } },
  });

  it.each([
    ['name: 7\nversion: 1.0.0', invalid('name', 'the number 7')],
    ['version: 1.0.0', invalid('name', 'nothing')],
    ['name:\nversion: 1.0.0', invalid('name', 'nothing')],
    ['name: [a]\nversion: 1.0.0', invalid('name', 'a list')],
    ['name: {a: b}\nversion: 1.0.0', invalid('name', 'a map')],
    ['name: true\nversion: 1.0.0', invalid('name', 'the boolean true')],
    ['name: a\nmetadata: x', invalid('metadata', 'x', 'a map')],
    ['name: a\nmetadata: ""', invalid('metadata', 'an empty text', 'a map')],
    ['name: a', { fault: { code: 'FIELD_INVALID', details: { field: 'metadata.version', problem: 'missing' } } }],
    [
      'name: a\nmetadata: {version: 1.5}',
      { fault: { code: 'VERSION_INVALID', details: { field: 'metadata.version' } } },
    ],
    ['name: a\nversion: v1\nmetadata: {version: 1.0.1}', invalid('version', 'v1')],
    [
      'name: a\nversion: 1.0.0\nmetadata: {version: 1.0.1}',
      { fault: { code: 'VERSION_FIELDS_DISAGREE', details: { field: 'version', actual: '1.0.0', expected: '1.0.1' } } },
    ],
  ])('that says %j is told what is wrong with which field', (text, fault) => {
    expect(manifestOf({ 'agent.yaml': `${text}\n` })).toMatchObject(fault);
  });

  it.each(['0', '999', '999.5', '"1"', '"100"', '"1.0"', '"10.100"'])('may be of the edition %s', (edition) => {
    const text = `name: a\nversion: ${edition}\nmetadata: {version: 1.0.1}\n`;
    expect(manifestOf({ 'agent.yaml': text })).toMatchObject({ value: { version: '1.0.1' } });
  });

  it.each(['-1', '1000', '"1000"', '"1.1000"', '"1."', '"x1"', '"1x"', 'true', '[]', '""'])(
    'may not be of the edition %s',
    (edition) => {
      const text = `name: a\nversion: ${edition}\nmetadata: {version: 1.0.1}\n`;
      expect(manifestOf({ 'agent.yaml': text })).toMatchObject({ fault: { code: 'FIELD_INVALID' } });
    },
  );

  it('is held to its own size, not to that of what comes before it', () => {
    expect(codeOf(manifestOf({ 'a.bin': 'x'.repeat(70_000), ...BY_HAND }))).toBe('accepted');
  });

  it('begins with its first document', () => {
    expect(manifestOf({ 'agent.yaml': '--- # one\nname: a\nversion: 1.0.0\n' })).toMatchObject({ ok: true });
    const fault = { code: 'YAML_INVALID', details: { line: 1, problem: 'more than one document' } };
    expect(manifestOf({ 'agent.yaml': '...\nname: a\nversion: 1.0.0\n' })).toEqual({ ok: false, fault });
  });

  it('is refused with what was found, where, and what is due', () => {
    const faultOf = (text: string) => manifestOf({ 'agent.yaml': `name: a\n${text}\n` });
    expect(faultOf('version: 1.10')).toMatchObject({
      fault: { details: { field: 'version', actual: 'the number 1.1' } },
    });
    expect(faultOf('version: 1.0.0\nmetadata: {version: 1.0.1}')).toMatchObject({
      fault: { details: { actual: '1.0.0', expected: '1.0.1' } },
    });
    expect(faultOf('version: no')).toMatchObject({ fault: { details: { field: 'version', line: 2, actual: 'no' } } });
  });
});

describe('the builder’s copy of the manifest', () => {
  const good = { name: 'weather-agent', version: '1.0', metadata: { version: '1.4.2' } };

  it.each([
    ['agrees', { manifest: good }],
    ['leaves out the version', { manifest: { name: 'weather-agent' } }],
    ['has it at the top', { manifest: { name: 'weather-agent', version: '1.4.2' } }],
  ])('may be there when it %s', (_, copy) => {
    expect(codeOf(manifestOf(withCopy(copy)))).toBe('accepted');
  });

  it.each([
    ['has another name', { manifest: { ...good, name: 'other' } }, 'manifest.name'],
    ['has no name', { manifest: { metadata: { version: '1.4.2' } } }, 'manifest.name'],
    ['has another version', { manifest: { ...good, metadata: { version: '1.4.3' } } }, 'manifest.metadata.version'],
    ['has no text for a version', { manifest: { ...good, metadata: { version: 1 } } }, 'manifest.metadata.version'],
    ['has another version at the top', { manifest: { ...good, version: '1.4.3' } }, 'manifest.version'],
    ['has no manifest', { format_version: '1.0' }, undefined],
    ['is a list', [], undefined],
    ['is no JSON', '{', undefined],
    ['is deeper than anything', '['.repeat(200_000), undefined],
    [
      'has a name that is deeper than anything',
      `{"manifest":{"name":${'['.repeat(9_999)}${']'.repeat(9_999)}}}`,
      'manifest.name',
    ],
    ['is too large', JSON.stringify({ manifest: good, filler: 'x'.repeat(262_144) }), undefined],
  ])('contradicts it when it %s', (_, copy, field) => {
    const checked = manifestOf(withCopy(copy));
    expect(codeOf(checked)).toBe('METADATA_MISMATCH');
    expect(checked).toMatchObject({ fault: { details: { entry: '.pixell/package.json' } } });
    expect(checked.ok ? undefined : checked.fault.details?.field).toBe(field);
  });

  it.each([
    [undefined, 'nothing'],
    [null, 'null'],
    [7, '7'],
    ['other', '"other"'],
    [['weather-agent'], 'a list or a map'],
    [{ name: 'weather-agent' }, 'a list or a map'],
  ])('is told with what it says: %j', (name, actual) => {
    const details = { entry: '.pixell/package.json', field: 'manifest.name', actual, expected: 'weather-agent' };
    expect(manifestOf(withCopy({ manifest: { ...good, name } }))).toMatchObject({ fault: { details } });
  });

  it('may have 256 KiB', () => {
    expect(codeOf(manifestOf(withCopy(JSON.stringify({ manifest: good }).padEnd(262_144))))).toBe('accepted');
    expect(codeOf(manifestOf(withCopy(JSON.stringify({ manifest: good }).padEnd(262_145))))).toBe('METADATA_MISMATCH');
  });

  it('must be a file', () => {
    expect(codeOf(manifestOf({ ...BY_HAND, '.pixell/package.json/': '' }))).toBe('METADATA_MISMATCH');
  });
});

it('no bytes are too much for it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 200 }), (manifest, other) => {
      const contents = { 'agent.yaml': manifest, '.env': other, '.pixell/package.json': other };
      expect(manifestOf(contents)).toHaveProperty('ok');
    }),
  );
});
