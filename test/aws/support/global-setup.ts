import { resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPythonServer } from './python-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the implementations of AWS answer. */
    readonly motoUrl: string;
    readonly ministackUrl: string;
  }
}

const serverOf = (backend: string, environment?: Readonly<Record<string, string>>) =>
  startPythonServer(resolve(import.meta.dirname, '..', backend, 'serve.py'), environment);

/** One of each for the whole run, all state their own. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const moto = await serverOf('moto');
  // For the functions that it runs: it has no Application Auto Scaling, and they ask for it.
  const ministack = await serverOf('ministack', { AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING: moto.url });
  project.provide('motoUrl', moto.url);
  project.provide('ministackUrl', ministack.url);
  return async () => {
    await Promise.all([moto.stop(), ministack.stop()]);
  };
};
