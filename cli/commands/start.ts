import { join } from 'node:path';
import { command } from '../command.ts';
import { Failure } from '../failure.ts';
import { requireKey } from '../settings.ts';
import { localOptions, toOptions, type GivenOptions } from '../../infra/local/options.ts';

export const startCommand = command<GivenOptions>({
  words: ['start'],
  summary: 'Run everything on this machine',
  about:
    'Local mode: real processes in place of Fargate tasks, and a folder in place of S3. Linux and macOS. The key is NIGHTPORTER_API_KEY, else one that is made and kept in the data folder, where the other commands find it. Ctrl-C stops the services gracefully.',
  options: localOptions(),
  groups: [],
  examples: [
    { line: 'nightporter start', does: 'runs the demo services; the rest in another terminal, in the same folder' },
    { line: 'nightporter start --config services.yaml --port 9000', does: 'runs your own' },
  ],
  run: async ({ environment, home }, given) => {
    if (process.platform === 'win32') {
      const fix = 'use Linux, macOS or WSL, or a server elsewhere: NIGHTPORTER_URL';
      throw new Failure('usage', 'local mode does not run on Windows', { code: 'not-on-windows', fix });
    }
    const { runServer } = await import('../../infra/local/run-server.ts');
    const key = environment['NIGHTPORTER_API_KEY'];
    const demo = { servicesFile: join(home, 'services.yaml'), workingFolder: home };
    const options = toOptions(given, demo);
    return runServer({ ...options, apiKey: key ? requireKey(key, 'NIGHTPORTER_API_KEY') : undefined });
  },
});
