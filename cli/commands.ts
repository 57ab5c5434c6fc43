import type { CommandSpec } from './command.ts';
import { developersAddCommand, developersListCommand } from './commands/developers.ts';
import { dlqListCommand, dlqReplayCommand, dlqShowCommand } from './commands/dlq.ts';
import { explainCommand } from './commands/explain.ts';
import { holdCommand, unholdCommand } from './commands/hold.ts';
import { keygenCommand } from './commands/keygen.ts';
import { killCommand } from './commands/kill.ts';
import { logsCommand } from './commands/logs.ts';
import { packCommand } from './commands/pack.ts';
import { packagesCommand } from './commands/packages.ts';
import { publishCommand } from './commands/publish.ts';
import { rebuildCommand, sweepCommand } from './commands/registry.ts';
import { servicesCommand } from './commands/services.ts';
import { signCommand } from './commands/sign.ts';
import { startCommand } from './commands/start.ts';
import { statusCommand } from './commands/status.ts';
import { validateCommand } from './commands/validate.ts';
import { wakeCommand } from './commands/wake.ts';
import { unyankCommand, yankCommand } from './commands/yank.ts';

export interface Section {
  readonly heading: string;
  readonly commands: readonly CommandSpec[];
}

/** Every command there is, in the order in which they are shown. */
export const SECTIONS: readonly Section[] = [
  {
    heading: 'Services',
    commands: [
      startCommand,
      servicesCommand,
      wakeCommand,
      statusCommand,
      killCommand,
      holdCommand,
      unholdCommand,
      explainCommand,
      logsCommand,
    ],
  },
  {
    heading: 'Packages',
    commands: [
      packCommand,
      validateCommand,
      keygenCommand,
      signCommand,
      publishCommand,
      packagesCommand,
      yankCommand,
      unyankCommand,
    ],
  },
  {
    heading: 'For operators',
    commands: [
      dlqListCommand,
      dlqShowCommand,
      dlqReplayCommand,
      rebuildCommand,
      sweepCommand,
      developersListCommand,
      developersAddCommand,
    ],
  },
];

/** What commands of two words have in common, by the first. */
export const GROUPS: Readonly<Record<string, string>> = {
  dlq: 'Uploads that could not be judged: list, show, replay',
  registry: 'The registry itself: rebuild, sweep',
  developers: 'Who may publish: list, add',
};
