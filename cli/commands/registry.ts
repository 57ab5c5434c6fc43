import { command } from '../command.ts';
import type { OperatorOptions } from '../operator/registry-of.ts';

export const rebuildCommand = command<OperatorOptions>({
  words: ['registry', 'rebuild'],
  summary: 'Compute every index anew',
  about: 'From the releases alone. Safe at any time; an index that would lose a release by it is kept, and it fails.',
  groups: ['operator', 'json'],
  examples: [
    { line: 'nightporter registry rebuild', does: 'in the data folder' },
    { line: 'nightporter registry rebuild --aws registry.json', does: 'on AWS' },
  ],
  run: async (context, given) => {
    const { operating } = await import('../operator/operating.ts');
    const { rebuild } = await import('#shared/usecases/registry/rebuild.ts');
    const rebuilt = await operating(context, given, ({ deps }) => rebuild(deps)());
    context.output.answer(rebuilt, `${rebuilt.packages} packages with ${rebuilt.versions} versions are in the index`);
  },
});

export const sweepCommand = command<OperatorOptions>({
  words: ['registry', 'sweep'],
  summary: 'Finish what was begun, and give up what waits in vain',
  about: 'What the registry does by itself every few minutes. Safe at any time.',
  groups: ['operator', 'json'],
  examples: [{ line: 'nightporter registry sweep', does: 'in the data folder' }],
  run: async (context, given) => {
    const { operating } = await import('../operator/operating.ts');
    const { sweep } = await import('#shared/usecases/registry/sweep.ts');
    await operating(context, given, ({ deps }) => sweep(deps)());
    context.output.answer({ swept: true }, 'swept');
  },
});
