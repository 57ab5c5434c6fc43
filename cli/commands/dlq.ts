import { Argument, Option } from 'commander';
import type { DeadLetter } from '#shared/ports/dead-letters.ts';
import { command, type Context } from '../command.ts';
import { Failure } from '../failure.ts';
import type { OperatorOptions } from '../operator/registry-of.ts';
import { notEmpty, wholeNumber } from '../option-values.ts';
import { table } from '../output.ts';

const MOST = 1_000;

const limitOption = (): Option =>
  new Option('--limit <number>', 'how many at most').argParser(wholeNumber(1, MOST)).default(100);

const instant = (at: number): string => new Date(at).toISOString();

/** What a letter is about, as far as it can be read. */
const keysIn = (body: string): readonly string[] => {
  try {
    const { Records = [] } = JSON.parse(body) as { Records?: { s3?: { object?: { key?: string } } }[] };
    return Records.flatMap((record) => record.s3?.object?.key ?? []);
  } catch {
    return [];
  }
};

const shown = ({ id, body, sentAt, receives, replays }: DeadLetter) => ({
  id,
  sentAt: instant(sentAt),
  receives,
  replays,
  keys: keysIn(body),
});

const browse = async (context: Context, given: OperatorOptions, limit: number) => {
  const { operating } = await import('../operator/operating.ts');
  const { browseDeadLetters } = await import('#shared/usecases/registry/browse-dead-letters.ts');
  return operating(context, given, async ({ deadLetters }) =>
    deadLetters ? browseDeadLetters({ deadLetters })(limit) : [],
  );
};

export const dlqListCommand = command<OperatorOptions & { readonly limit: number }>({
  words: ['dlq', 'list'],
  summary: 'List the uploads that could not be judged',
  about: 'They stay where they are. In local mode there are none: the server tries again until it can.',
  options: [limitOption()],
  groups: ['operator', 'json'],
  examples: [
    { line: 'nightporter dlq list --aws registry.json', does: 'what was given up, and how often it was tried' },
  ],
  run: async (context, given) => {
    const letters = (await browse(context, given, given.limit)).map(shown);
    const rows = letters.map(({ id, sentAt, receives, replays, keys }) => [
      id,
      sentAt,
      String(receives),
      String(replays),
      keys.join(' ') || 'cannot be read',
    ]);
    const head = ['ID', 'SENT', 'TRIED', 'REPLAYED', 'ABOUT'].map((word) => context.output.paint('bold', word));
    context.output.answer({ letters }, rows.length === 0 ? 'none' : table([head, ...rows]));
  },
});

export const dlqShowCommand = command<OperatorOptions & { readonly id: string }>({
  words: ['dlq', 'show'],
  summary: 'Show one of them, as it was sent',
  arguments: [new Argument('<id>', 'as list shows it').argParser(notEmpty)],
  groups: ['operator', 'json'],
  examples: [
    { line: 'nightporter dlq show 5fea7756-0ea4-451a-a703-a558b933e274 --aws registry.json', does: 'its text' },
  ],
  run: async (context, given) => {
    const letter = (await browse(context, given, MOST)).find(({ id }) => id === given.id);
    if (!letter) {
      const fix = 'nightporter dlq list lists them; somebody else may be looking at it right now';
      throw new Failure('absent', `no letter ${given.id}`, { code: 'no-letter', fix });
    }
    const { body } = letter;
    context.output.answer({ ...shown(letter), body }, body);
  },
});

export const dlqReplayCommand = command<OperatorOptions & { readonly limit: number }>({
  words: ['dlq', 'replay'],
  summary: 'Have them judged once more',
  about: 'Mend the cause first. Safe at any time: what was judged is not judged again.',
  options: [limitOption()],
  groups: ['operator', 'json'],
  examples: [{ line: 'nightporter dlq replay --aws registry.json', does: 'sends all of them back' }],
  run: async (context, given) => {
    const { operating } = await import('../operator/operating.ts');
    const { replayDeadLetters } = await import('#shared/usecases/registry/replay-dead-letters.ts');
    const { limit } = given;
    const done = await operating(context, given, async ({ deps: { telemetry }, deadLetters, by }) =>
      deadLetters ? replayDeadLetters({ deadLetters, telemetry })({ limit, by }) : { replayed: 0 },
    );
    context.output.answer(done, `${done.replayed} sent back`);
  },
});
