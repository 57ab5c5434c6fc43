import { parseXML } from '@aws-sdk/xml-builder';
import { setTimeout as delay } from 'node:timers/promises';
import type { Given } from '../../support/cfn/parameters.ts';
import { plainCallsTo } from '../ministack/plain-calls.ts';

export interface Made {
  readonly type: string;
  readonly id: string;
}

export interface StackOrder {
  readonly stack: string;
  readonly template: string;
  /** On an update those that are not given keep their values. */
  readonly parameters?: Given;
  /** Of the stack itself. */
  readonly tag?: string;
}

/** Stacks as the AWS CLI makes them: what is refused or rolled back is thrown, with the reasons that were given. */
export interface Stacks {
  create(order: StackOrder): Promise<void>;
  update(order: StackOrder, kept: readonly string[]): Promise<void>;
  remove(stack: string): Promise<void>;
  /** What there is of it now, by logical ids. */
  resources(stack: string): Promise<Readonly<Record<string, Made>>>;
  outputs(stack: string): Promise<Readonly<Record<string, string>>>;
  /** Of all stacks. */
  exports(): Promise<ReadonlyMap<string, string>>;
}

type Form = Readonly<Record<string, string>>;

const Version = '2010-05-15';

/** An empty element reads as an empty text, and a list of one as its member. */
const members = (list: any): readonly any[] => (list ? [list.member ?? []].flat() : []);

const listOf = (name: string, items: readonly Form[]): Form =>
  Object.fromEntries(
    items.flatMap((item, index) =>
      Object.entries(item).map(([key, value]) => [`${name}.member.${index + 1}.${key}`, value]),
    ),
  );

const formOf = ({ stack, template, parameters = {}, tag }: StackOrder, kept: readonly string[] = []): Form => ({
  StackName: stack,
  TemplateBody: template,
  ...listOf('Parameters', [
    ...Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    ...kept.map((ParameterKey) => ({ ParameterKey, UsePreviousValue: 'true' })),
  ]),
  ...(tag !== undefined && listOf('Tags', [{ Key: 'round', Value: tag }])),
  'Capabilities.member.1': 'CAPABILITY_NAMED_IAM',
});

export const stacksOn = (endpoint: string): Stacks => {
  const { submit } = plainCallsTo(endpoint);

  const ask = async (Action: string, form: Form): Promise<any> => {
    const text = await submit('cloudformation', { Action, Version, ...form });
    if (!text.includes(`<${Action}Response`))
      throw new Error(`${Action} ${form['StackName'] ?? ''}: ${text.slice(0, 2_000)}`);
    return parseXML(text)[`${Action}Response`][`${Action}Result`];
  };

  const describe = async (stack: string): Promise<any> =>
    members((await ask('DescribeStacks', { StackName: stack })).Stacks)[0];

  const reasons = async (stack: string): Promise<string> => {
    const events = members((await ask('DescribeStackEvents', { StackName: stack })).StackEvents);
    const failed = events.filter(({ ResourceStatus }) => /FAILED|ROLLBACK/.test(ResourceStatus));
    return failed
      .map((event) => `${event.LogicalResourceId}: ${event.ResourceStatusReason ?? event.ResourceStatus}`)
      .join('\n');
  };

  const settled = async (stack: string, wanted: string): Promise<void> => {
    let { StackStatus: status } = await describe(stack);
    for (; status.endsWith('_IN_PROGRESS'); { StackStatus: status } = await describe(stack)) await delay(50);
    if (status !== wanted) throw new Error(`${stack} is ${status}\n${await reasons(stack)}`);
  };

  return {
    create: async (order) => {
      await ask('CreateStack', formOf(order));
      await settled(order.stack, 'CREATE_COMPLETE');
    },
    update: async (order, kept) => {
      await ask('UpdateStack', formOf(order, kept));
      await settled(order.stack, 'UPDATE_COMPLETE');
    },
    remove: async (stack) => {
      const { StackId } = await describe(stack);
      const refusal = await submit('cloudformation', { Action: 'DeleteStack', Version, StackName: stack });
      if (refusal.includes('<Error')) throw new Error(`DeleteStack ${stack}: ${refusal}`);
      await settled(StackId, 'DELETE_COMPLETE').catch((cause: unknown) => {
        // Some remember a stack that is gone, and some do not.
        if (!/does not exist/.test(String(cause))) throw cause;
      });
    },
    resources: async (stack) => {
      const { StackResourceSummaries } = await ask('ListStackResources', { StackName: stack });
      return Object.fromEntries(
        members(StackResourceSummaries)
          // moto lists one without a name where it has passed over a type.
          .filter((one) => one.LogicalResourceId !== '')
          .map((one) => [one.LogicalResourceId, { type: one.ResourceType, id: one.PhysicalResourceId }]),
      );
    },
    outputs: async (stack) =>
      Object.fromEntries(
        members((await describe(stack)).Outputs).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
      ),
    exports: async () =>
      new Map(members((await ask('ListExports', {})).Exports).map(({ Name, Value }) => [Name, String(Value)])),
  };
};
