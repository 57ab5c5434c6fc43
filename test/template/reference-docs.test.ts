import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '#shared/domain/idle/duration.ts';
import { POLICY_WORDS } from '#shared/domain/idle/policy.ts';
import { referencePage } from '../../infra/reference/page.ts';
import { fieldsOf, typeText } from '../../infra/reference/schema-text.ts';

const page = (name: string): string => readFileSync(path.resolve(import.meta.dirname, '../../docs', name), 'utf8');

describe('the reference', () => {
  it('is what routes and code say: after a change, run npm run reference', () => {
    expect(page('reference.md')).toBe(referencePage());
  });

  it('has every address and schema of the document', () => {
    const { paths, components } = JSON.parse(
      readFileSync(path.resolve(import.meta.dirname, '../../functions/openapi/document.json'), 'utf8'),
    ) as { paths: Record<string, Record<string, object>>; components: { schemas: object } };
    for (const [address, methods] of Object.entries(paths)) {
      for (const method of Object.keys(methods)) {
        expect(referencePage()).toContain(`\n\`${method.toUpperCase()} ${address}\`\n`);
      }
    }
    for (const name of Object.keys(components.schemas)) expect(referencePage()).toContain(`\n### ${name}\n`);
  });

  it.each([
    ['a reference', { $ref: '#/components/schemas/Service' }, '[Service](#service)'],
    ['a limited number', { type: 'integer', minimum: 0, maximum: 25 }, 'whole number, 0 to 25'],
    ['a number as large as JSON can hold', { type: 'integer', minimum: 0, maximum: 2 ** 53 - 1 }, 'whole number'],
    [
      'an instant or nothing',
      { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] },
      'instant or null',
    ],
    ['one of several words', { type: 'string', enum: ['a', 'b'] }, '`a`, `b`'],
    ['a list', { type: 'array', items: { type: 'string' } }, 'list of text'],
    ['texts by name', { type: 'object', additionalProperties: { type: 'string' } }, 'object of text'],
    ['whatever comes', {}, 'anything'],
  ] as const)('says in words what a value may be: %s', (_, schema, words) => {
    expect(typeText(schema)).toBe(words);
  });

  it('names inner fields by the way to them, and those that may be missing', () => {
    const inner = { type: 'object', properties: { b: { type: 'string' }, c: { type: 'null' } }, required: ['b'] };
    const schema = { properties: { a: { type: 'array', items: inner }, d: { anyOf: [inner] } }, required: ['a', 'd'] };
    expect(fieldsOf(schema).map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'a: list of object',
      'a[].b: text',
      'a[].c: null, not always there',
      'd: object',
      'd.b: text',
      'd.c: null, not always there',
    ]);
  });
});

describe('the page about the lifecycle', () => {
  const policy = page('lifecycle.md').split('\n## Policy\n')[1] ?? '';
  const told = new Map(
    [...policy.matchAll(/^\| `([a-z-]+)` \| (.*?) \|/gm)].map(([, word = '', usual = '']) => [word, usual]),
  );

  it.each(POLICY_WORDS)('tells what $word is when it is absent, as the code has it', ({ word, usual }) => {
    expect([...told.keys()]).toContain(word);
    const text = told.get(word)?.replaceAll('`', '') ?? '';
    if (usual !== undefined)
      expect(typeof usual === 'number' ? (parseDuration(text) ?? Number(text)) : text).toBe(usual);
  });

  it('tells of no word that there is not', () => {
    const words = POLICY_WORDS.map(({ word }) => word);
    expect([...told.keys()].filter((word) => !words.includes(word))).toEqual([]);
  });
});
