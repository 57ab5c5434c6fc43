import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../support/cfn/companions.ts';
import { commandsIn, faultsOf, given, words } from './commands.ts';

const text = (page: string): string => readFileSync(path.join(root, page), 'utf8');

const pages = readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.md'))
  .map((file) => path.join('docs', file))
  .filter((page) => commandsIn(text(page)).length > 0);

const line = ({ verb, options }: ReturnType<typeof commandsIn>[number]): string =>
  [verb, ...[...options].map(([name, values]) => [`--${name}`, ...values].join(' '))].join(' ');

describe('the commands for CloudFormation', () => {
  it('are in the pages about the companion stacks', () => {
    for (const page of ['companion-stacks', 'examples', 'delivery', 'runbook'])
      expect(pages).toContain(`docs/${page}.md`);
  });

  it.each(pages)('are all read: %s', (page) => {
    expect(commandsIn(text(page))).toHaveLength(text(page).match(/aws cloudformation [a-z-]+ /g)?.length ?? 0);
  });

  it.each(pages)('are such as the AWS CLI takes, with files and parameters that there are: %s', (page) => {
    const faults = commandsIn(text(page)).flatMap((command) =>
      faultsOf(command).map((fault) => `${fault}: ${line(command)}`),
    );
    expect(faults).toEqual([]);
  });

  it('deploy the example of Fluidity by three: network, cluster, service', () => {
    const section = text('docs/companion-stacks.md')
      .split(/^## /m)
      .map((part) => commandsIn(part).filter(({ verb }) => verb === 'create-stack' || verb === 'deploy'))
      .find((commands) => commands.some(({ options }) => options.get('parameters')?.[0]?.endsWith('/fluidity.json')));
    const [network, cluster, service] = section ?? [];
    const template = (command: typeof network): string | undefined =>
      (command?.options.get('template-body') ?? command?.options.get('template-file'))?.[0]?.replace('file://', '');
    expect([network, cluster, service].map(template)).toEqual([
      'infra/stacks/network.yml',
      'infra/stacks/cluster.yml',
      'infra/stacks/fargate-service.yml',
    ]);
    expect(given(service!)['InitialDesiredCount']).toBe('0');
  });
});

describe('a command that', () => {
  const block = (command: string): string => `\`\`\`\naws cloudformation ${command}\n\`\`\`\n`;
  const SERVICE = '--stack-name a --template-file infra/stacks/fargate-service.yml --capabilities CAPABILITY_IAM';

  it.each([
    ['has no such template', 'deploy --stack-name a --template-file infra/stacks/nothing.yml'],
    [
      'has no such file',
      'create-stack --stack-name a --template-body file://infra/stacks/network.yml --parameters file://x.json',
    ],
    ['has an option of another verb', 'deploy --stack-name a --template-body file://infra/stacks/network.yml'],
    ['gives a parameter that is none', `deploy ${SERVICE} --parameter-overrides InitialDesiredCount= Nothing=1`],
    ['gives a value that is refused', `deploy ${SERVICE} --parameter-overrides InitialDesiredCount= Managed=perhaps`],
    ['gives an image by its tag', `deploy ${SERVICE} --parameter-overrides InitialDesiredCount= ContainerImage=app:1`],
    [
      'leaves out what creation needs',
      'create-stack --stack-name a --capabilities CAPABILITY_IAM --template-body file://infra/stacks/fargate-service.yml',
    ],
    [
      'lacks the capability',
      'deploy --stack-name a --template-file infra/stacks/fargate-service.yml --parameter-overrides InitialDesiredCount=',
    ],
    ['sets the live count again', `deploy ${SERVICE} --parameter-overrides IdleAfter=17m`],
    ['is none', 'destroy-stack --stack-name a'],
  ])('%s is found', (_, command) => {
    const [found] = commandsIn(block(command));
    expect(faultsOf(found!)).not.toEqual([]);
  });

  it('has its lines broken is read as one', () => {
    const [found] = commandsIn(block("deploy \\\n  --stack-name a \\\n  --parameter-overrides 'A=b c' D=$E"));
    expect([...found!.options]).toEqual([
      ['stack-name', ['a']],
      ['parameter-overrides', ['A=b c', 'D=$E']],
    ]);
    expect(words(`a 'b c' d="e f" g`)).toEqual(['a', 'b c', 'd=e f', 'g']);
  });
});
