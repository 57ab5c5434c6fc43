import { execFile } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { openApiCheck } from '../../support/openapi-check.ts';
import { discard, type Packaged, packageStack } from '../../support/packaged-stack.ts';
import { type Inventory, inventoryOf, look } from './inventory.ts';
import { meant, plainCallsTo } from './plain-calls.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../../..');
const STAGE = 'dev';
const STACK = `nightporter-${STAGE}`;

export interface Resource {
  readonly type: string;
  readonly id: string;
  readonly status: string;
}

export interface Stack {
  readonly status: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<string, Resource>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
}

export interface Asking {
  readonly key?: string;
  /** Whose access key has signed. */
  readonly signer?: string;
  readonly accept?: string;
  readonly body?: object;
}

export interface Deployment {
  /** Packages the project and deploys the package; returns the template that it had. */
  deploy(parameters: Readonly<Record<string, string>>): Promise<Packaged['template']>;
  remove(): Promise<void>;
  /** Leaves none of its own files behind. */
  close(): Promise<void>;
  stack(): Promise<Stack>;
  inventory(): Promise<Inventory>;
  /** Through its API Gateway; the answer is held against the OpenAPI document. */
  call(method: string, path: string, asking?: Asking): Promise<Answer>;
  /** The key, the way that an operator is told to read it. */
  key(): Promise<{ readonly id: string; readonly value: string }>;
  /** A function as its trigger would run it; what it answers, or throws for what it fails of. */
  invoke(name: string, event: object): Promise<unknown>;
  /** What a function has logged. */
  logLines(name: string): Promise<readonly any[]>;
}

interface KeyValue {
  readonly value: string;
}

/** The project's deployments to an implementation of AWS, by the commands that its users have. */
export const deploymentTo = (endpoint: string, document: Readonly<Record<string, any>>): Deployment => {
  const check = openApiCheck(document);
  const { ask, send } = plainCallsTo(endpoint);

  const serverless = async ({ folder }: Packaged, ...args: readonly string[]): Promise<void> => {
    const copy = dirname(folder);
    // Nothing else: whoever runs this may be signed in to an account, and nothing may go there.
    const env = {
      HOME: copy,
      PATH: dirname(process.execPath),
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
    };
    const bin = join(root, 'node_modules/serverless/bin/serverless.js');
    await run(process.execPath, [bin, ...args, '--stage', STAGE], { cwd: copy, env });
  };

  const stack = (): Promise<Stack> => look(endpoint, STACK);
  const idOf = async (logicalId: string): Promise<string> => {
    const { resources } = await stack();
    const found = resources[logicalId];
    if (!found) throw new Error(`the stack has no ${logicalId}`);
    return found.id;
  };
  let api: Promise<string> | undefined;
  let packaged: Packaged | undefined;
  const close = async (): Promise<void> => {
    if (packaged) await discard(packaged);
    packaged = undefined;
  };

  return {
    stack,
    inventory: () => inventoryOf(endpoint),
    deploy: async (parameters) => {
      const params = Object.entries(parameters).map(([name, value]) => `--param=${name}=${value}`);
      await close();
      packaged = await packageStack('--stage', STAGE, ...params);
      await serverless(packaged, 'deploy', '--package', packaged.folder, ...params);
      return packaged.template;
    },
    remove: async () => {
      if (!packaged) throw new Error('nothing has been deployed');
      await serverless(packaged, 'remove');
    },
    close,
    call: async (method, path, { key, signer, accept, body } = {}) => {
      api ??= idOf('ApiGatewayRestApi');
      const reply = await fetch(`${endpoint}/restapis/${await api}/${STAGE}/_user_request_${path}`, {
        method,
        headers: {
          ...(key && { 'x-api-key': key }),
          ...(signer && meant('execute-api', signer)),
          ...(body && { 'content-type': 'application/json' }),
          ...(accept && { accept }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await reply.text();
      const answer = { status: reply.status, headers: reply.headers, body: text === '' ? undefined : JSON.parse(text) };
      const faults = check.faults(method, path, { ...answer, contentType: reply.headers.get('content-type') });
      if (faults.length > 0) throw new Error(`against the OpenAPI document: ${faults.join('; ')}: ${text}`);
      return answer;
    },
    key: async () => {
      const id = await idOf('ApiKey');
      const { value } = (await (await send('apigateway', `/apikeys/${id}?includeValue=true`)).json()) as KeyValue;
      return { id, value };
    },
    invoke: async (name, event) => {
      const path = `/2015-03-31/functions/${STACK}-${name}/invocations`;
      const reply = await send('lambda', path, { method: 'POST', body: event });
      const text = await reply.text();
      if (!reply.ok || reply.headers.has('x-amz-function-error')) throw new Error(`${name} failed: ${text}`);
      return JSON.parse(text);
    },
    logLines: async (name) => {
      const group = { logGroupName: `/aws/lambda/${STACK}-${name}` };
      const { events } = await ask('logs', 'Logs_20140328.FilterLogEvents', group);
      const messages: readonly string[] = events.map((event: { readonly message: string }) => event.message);
      // Beside ours there are those of Lambda itself.
      return messages.filter((message) => message.startsWith('{')).map((message) => JSON.parse(message));
    },
  };
};
