import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'examples/README.md',
  ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join('docs', file)),
];

/** What stands in code is shown and not followed. */
const prose = (text: string): string => text.replaceAll(/^```[^]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');

const read = (page: string): string => readFileSync(path.join(root, page), 'utf8');

/** As the sites that show Markdown make them of headings. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.replaceAll(/^```[^]*?^```/gm, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

const linksOf = (page: string): readonly string[] =>
  [...prose(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);

const leadsNowhere = (page: string, link: string): boolean => {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? page : path.join(path.dirname(page), file);
  if (!existsSync(path.join(root, target))) return true;
  return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
};

describe('the links of the documents', () => {
  it.each(pages)('lead somewhere: %s', (page) => {
    const own = linksOf(page).filter((link) => !/^https?:/.test(link));
    expect(own.filter((link) => leadsNowhere(page, link))).toEqual([]);
  });

  it('lead from the index to every page', () => {
    const told = new Set(linksOf('docs/README.md').map((link) => link.replace(/#.*/, '')));
    const inDocs = pages.filter((page) => /^docs.[^/\\]+$/.test(page)).map((page) => path.basename(page));
    expect(inDocs.length).toBeGreaterThan(20);
    expect(inDocs.filter((page) => page !== 'README.md' && !told.has(page))).toEqual([]);
  });

  it('would be missed', () => {
    expect(leadsNowhere('README.md', 'docs/no-such-page.md')).toBe(true);
    expect(leadsNowhere('README.md', 'docs/api.md#no-such-heading')).toBe(true);
    expect(leadsNowhere('docs/api.md', '#refusals')).toBe(false);
  });
});
