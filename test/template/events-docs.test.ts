import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { METRICS, SERVICE_METRICS } from '#shared/domain/metrics.ts';

const root = path.resolve(import.meta.dirname, '../..');
const text = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** The sections of docs/events.md by their headings. */
const sections = new Map(
  text('docs/events.md')
    .split(/^## /m)
    .map((section) => [section.split('\n')[0] ?? '', section]),
);

const firstCells = (heading: string): readonly string[] =>
  [...(sections.get(heading) ?? '').matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );

const sources = (folder: string): readonly string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('demo'))
    .map((file) => text(path.join(folder, file)));

/** Names of files and fields look the same, but for their ends. */
const NAME = /'([a-z]+(?:-[a-z]+)*\.(?!(?:ndjson|json|lock|log|apkg|sig|ya?ml|name|version)')[a-z]+(?:-[a-z]+)*)'/g;

const namesIn = (source: string): readonly string[] => [...source.matchAll(NAME)].map(([, name = '']) => name);

describe('docs/events.md', () => {
  const told = new Set(['shared', 'functions', 'infra/local'].flatMap(sources).flatMap(namesIn));
  const written = new Set([...firstCells('Events'), ...firstCells('Notifications'), ...firstCells('Announcements')]);

  it('has every event that is told, and no other', () => {
    expect([...written].toSorted()).toEqual([...told].toSorted());
  });

  it('is compared with what stands in the source', () => {
    expect(namesIn(`telemetry.event('some-thing.happened', {}); read('directory.json')`)).toEqual([
      'some-thing.happened',
    ]);
    expect(told.size).toBeGreaterThan(20);
  });

  it('has every metric, with its unit and its meaning', () => {
    const rows = [...(sections.get('Metrics') ?? '').matchAll(/^\| `(\w+)` \| (\w+) \| (.*?) \|/gm)].map(
      ([, name, unit, meaning]) => [name, { unit, meaning }],
    );
    expect(Object.fromEntries(rows)).toEqual({ ...METRICS, ...SERVICE_METRICS });
  });
});
