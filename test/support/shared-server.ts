import { afterAll, beforeAll, type TestContext } from 'vitest';
import { startServer, type RunningServer } from './local-server.ts';

/** One server for all tests of a file: for those that keep out of each other's way. */
export const sharedServer = (servicesFile: () => Promise<string>): (() => RunningServer) => {
  const endings: (() => unknown)[] = [];
  let server: RunningServer | undefined;
  beforeAll(async () => {
    // It lasts as long as the file, not as a test.
    const context = { onTestFinished: (end: () => unknown) => void endings.unshift(end) } as unknown as TestContext;
    server = await startServer(context, { services: await servicesFile() });
  }, 60_000);
  afterAll(async () => {
    for (const end of endings) await end();
  }, 60_000);
  return () => {
    if (!server) throw new Error('the server has not been started');
    return server;
  };
};
