import { Option } from 'commander';
import { command } from '../command.ts';
import { withServer } from '../server.ts';
import { holderOption, ownHolder, reasonOption, serviceArgument } from '../service-options.ts';
import type { ServerOptions } from '../settings.ts';

interface Given extends ServerOptions {
  readonly service: string;
  readonly holder?: string;
  readonly reason?: string;
  readonly force?: true;
}

export const killCommand = command<Given>({
  words: ['kill'],
  summary: 'End your session, and the service with the last one',
  about: 'Nobody ends the session of another: with leases left, the service stays. --force ends everybody’s.',
  arguments: [serviceArgument()],
  options: [holderOption(), reasonOption(), new Option('--force', 'end everybody’s sessions; needs the grant for it')],
  groups: ['server', 'json'],
  examples: [
    { line: 'nightporter kill echo', does: 'ends what nightporter wake echo began' },
    { line: 'nightporter kill echo --force --reason "a runaway bill"', does: 'puts it to sleep, whoever uses it' },
  ],
  run: async (context, given) => {
    const { service, holder = ownHolder(), reason, force } = given;
    const options = { holder, reason, force };
    const ended = await withServer(context, given, (client, signal) => client.kill(service, { ...options, signal }));
    context.output.answer(ended, `${service} ${ended.status ?? ended.state}: ${ended.message}`);
  },
});
