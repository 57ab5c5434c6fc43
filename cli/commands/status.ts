import { Option } from 'commander';
import { command } from '../command.ts';
import { duration } from '../option-values.ts';
import { withServer } from '../server.ts';
import { serviceArgument } from '../service-options.ts';
import { serviceLine } from '../service-text.ts';
import type { ServerOptions } from '../settings.ts';

interface Given extends ServerOptions {
  readonly service: string;
  readonly watch?: true;
  readonly every: number;
}

export const statusCommand = command<Given>({
  words: ['status'],
  summary: 'Show how a service is',
  about: 'With --watch a line at every change, until Ctrl-C.',
  arguments: [serviceArgument()],
  options: [
    new Option('--watch', 'go on, with a line at every change, until Ctrl-C'),
    new Option('--every <duration>', 'how often to look').argParser(duration(1_000, 3_600_000)).default(2_000, '2s'),
  ],
  groups: ['server', 'json'],
  examples: [
    { line: 'nightporter status echo', does: 'its state, where it is, who keeps it, and why it is so' },
    { line: 'nightporter status echo --watch', does: 'shows it wake up and fall asleep' },
  ],
  run: async (context, given) => {
    const { output } = context;
    const { service, watch, every } = given;
    if (watch) {
      const { watchService } = await import('../watch.ts');
      return withServer(context, given, (client, signal) =>
        watchService(output, client, { service, everyMs: every, signal }),
      );
    }
    const shown = await withServer(context, given, (client, signal) => client.status(service, { signal }));
    const { failure } = shown;
    const lines = [
      serviceLine(output, shown),
      ...(failure ? [`${output.paint('red', 'last failure')} ${failure.at} ${failure.code}: ${failure.message}`] : []),
      ...(failure?.output ? [failure.output.trimEnd().replaceAll(/^/gm, '  ')] : []),
    ];
    output.answer(shown, lines.join('\n'));
    return undefined;
  },
});
