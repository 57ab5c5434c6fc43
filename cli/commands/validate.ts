import { resolve } from 'node:path';
import { Argument } from 'commander';
import { command } from '../command.ts';
import { EXITS } from '../exit-codes.ts';
import { ANY_DEVELOPER, developerOption, termsOption } from '../packing/package-options.ts';

interface Given {
  readonly packages: readonly string[];
  readonly developer?: string;
  readonly terms?: string;
}

export const validateCommand = command<Given>({
  words: ['validate'],
  summary: 'Judge packages as the registry would, without one',
  about:
    'Runs the registry’s own checks on this machine and shows the verdict that an upload would get, to the byte; only what the bucket would call the upload is null. A checksum and a signature that lie beside the package, as .sha256 and .sig, are judged with it. Whether the version is taken only the registry knows.',
  arguments: [new Argument('<packages...>', 'the .apkg files')],
  options: [developerOption(), termsOption()],
  examples: [
    { line: 'nightporter validate hello-1.0.0.apkg', does: 'says whether it would be published, and what to mend' },
    { line: 'nightporter validate dist/*.apkg --json', does: 'prints the verdicts, one on a line' },
  ],
  run: async ({ output, workingFolder }, given) => {
    const { candidateAt, readTerms, verdictOf } = await import('../packing/candidate.ts');
    const { verdictText } = await import('../packing/verdict-text.ts');
    const terms = readTerms(given.terms);
    let areIn = true;
    for (const file of given.packages) {
      const path = resolve(workingFolder, file);
      const verdict = await verdictOf(candidateAt(path, given.developer ?? ANY_DEVELOPER, terms), terms);
      const isIn = verdict.verdict === 'accepted';
      const { name, version } = verdict.package ?? {};
      const headline = isIn ? `${name} ${version} would be published` : `${file} would be rejected`;
      output.answer(verdict, verdictText(output, verdict, headline));
      areIn &&= isIn;
    }
    return areIn ? EXITS.done.status : EXITS.rejected.status;
  },
});
