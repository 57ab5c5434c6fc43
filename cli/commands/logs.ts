import { resolve } from 'node:path';
import { Option } from 'commander';
import { command } from '../command.ts';
import { wholeNumber } from '../option-values.ts';
import { isElsewhere, type ServerOptions } from '../settings.ts';
import { serviceArgument } from '../service-options.ts';

interface Given extends ServerOptions {
  readonly service: string;
  readonly lines: number;
  readonly follow?: true;
  readonly metrics?: true;
}

export const logsCommand = command<Given>({
  words: ['logs'],
  summary: 'Show what a service printed last',
  about:
    'In local mode, what its last task printed, from the data folder. On AWS the output is in CloudWatch Logs, and this says how to get at it.',
  arguments: [serviceArgument()],
  options: [
    new Option('--lines <number>', 'how many of the last lines').argParser(wholeNumber(0, 1_000_000)).default(100),
    new Option('--metrics', 'with the lines of metrics, which are left out otherwise'),
    new Option('--follow', 'go on with what it prints from now on, in later tasks too, until Ctrl-C'),
  ],
  groups: ['server', 'json'],
  examples: [
    { line: 'nightporter logs echo', does: 'the last 100 lines' },
    { line: 'nightporter logs crash --follow', does: 'every start of it, as it happens' },
  ],
  run: async (context, given) => {
    const { service, lines, follow = false, metrics = false, data } = given;
    const { output, environment, workingFolder, interrupted } = context;
    const { onAws, showLog } = await import('../log.ts');
    if (isElsewhere(given, environment)) {
      const how = onAws(service);
      output.answer({ service, command: how }, how);
      return undefined;
    }
    const dataFolder = resolve(workingFolder, data);
    return showLog(output, {
      dataFolder,
      service,
      lines,
      withMetrics: metrics,
      signal: follow ? interrupted() : undefined,
    });
  },
});
