import type { LocalService } from '#shared/adapters/local/local-service.ts';

/** A service that runs a few lines of JavaScript; `script` sees `port`. */
export const scripted = (service: string, script: string, more: Partial<LocalService> = {}): LocalService => ({
  service,
  command: ['node', '-e', `const port = Number(process.env.PORT);\n${script}`],
  environment: {},
  workingFolder: process.cwd(),
  port: null,
  health: null,
  stopTimeoutMs: 5_000,
  tags: { 'idle-after': '10s' },
  createdAt: 1_700_000_000_000,
  ...more,
});

/** Answers 200 to everything. */
export const HTTP_SERVER = `require('node:http').createServer((_, response) => response.end('ok')).listen(port, '127.0.0.1');`;

/** Runs for ever and hears no SIGTERM. */
export const DEAF = `process.on('SIGTERM', () => console.log('heard SIGTERM')); setInterval(() => {}, 1000); console.log('deaf');`;

/** Starts a descendant that runs for ever, and prints its pid. */
export const WITH_DESCENDANT = `
  const descendant = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  console.log('descendant ' + descendant.pid);
  setInterval(() => {}, 1000);`;
