import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { consoleTelemetry } from '#shared/adapters/local/console-telemetry.ts';
import type { LocalService } from '#shared/adapters/local/local-service.ts';
import { grants } from '#shared/usecases/caller.ts';
import { systemClock } from '#shared/adapters/system-clock.ts';
import { ownKey } from './api-key.ts';
import { controlPlane } from './control-plane.ts';
import { dataFolderFailure, openDataFolder } from './data-folder.ts';
import { allEndpoints } from './endpoints.ts';
import { listen } from './listen.ts';
import { asOnlyServer } from './only-server.ts';
import type { Options } from './options.ts';
import { outliveReaders } from './outlive-readers.ts';
import { printer } from './printer.ts';
import { localRegistry } from './registry.ts';
import { localServer } from './server.ts';
import { readServicesFile } from './services-file.ts';
import { untilAskedToStop } from './until-asked-to-stop.ts';
import { welcome } from './welcome.ts';

const printFailure = (text: string): boolean => process.stderr.write(`${text}\n`);

const refuse = (status: 1 | 2, ...lines: readonly string[]): never => {
  for (const line of lines) printFailure(line);
  process.exit(status);
};

const readServices = ({ servicesFile, workingFolder, defaultService }: Options): readonly LocalService[] => {
  const read = readServicesFile({ file: servicesFile, workingFolder });
  if (!read.ok) return refuse(2, 'The services file cannot be used:', ...read.problems);
  if (defaultService !== undefined && !read.services.some(({ service }) => service === defaultService)) {
    return refuse(
      2,
      `--default-service (or NIGHTPORTER_DEFAULT_SERVICE) names ${defaultService}, which is not in ${servicesFile}`,
    );
  }
  return read.services;
};

const serve = async (options: Options, services: readonly LocalService[]): Promise<void> => {
  const { dataFolder, host, port } = options;
  const clock = systemClock();
  const { print, begin } = printer((text) => process.stdout.write(text));
  const telemetry = consoleTelemetry({ clock, dataFolder, print, printFailure });
  const apiKey = options.apiKey ?? ownKey(dataFolder);

  const plane = await controlPlane({ ...options, services, clock, telemetry, serverEnvironment: process.env });
  let address = '';
  const registry = localRegistry({ ...plane.deps, dataFolder, apiKey, baseUrl: () => address });
  const ending = new AbortController();
  const server = localServer({
    endpoints: allEndpoints(plane.deps, registry.deps),
    apiKey,
    telemetry,
    grantOf: grants(plane.deps),
    serveSigned: registry.serveSigned,
    ending: ending.signal,
  });
  const { url, close } = await listen({ fetch: server.fetch, host, port });
  address = url;
  writeFileSync(join(dataFolder, 'url'), `${url}\n`);
  // A key that somebody gave is theirs to keep: only one of our own making is shown.
  begin(welcome({ url, dataFolder, services, ownKey: options.apiKey === undefined ? apiKey : undefined }));
  plane.start();
  registry.start();

  // Asked twice: nobody waits for anything any more.
  await untilAskedToStop(() => void plane.kill().finally(() => process.exit(130)));
  print('stopping every service; asked once more, it ends at once');
  ending.abort();
  await close();
  await Promise.all([registry.close(), plane.close()]);
  print('stopped');
};

/** Whether the system refused the address or the port. */
const isAboutListening = (cause: unknown): cause is Error =>
  cause instanceof Error && 'syscall' in cause && ['listen', 'getaddrinfo'].includes(String(cause.syscall));

/** Everything on one machine, behind one HTTP server. Ends the process, when it is asked to or cannot begin. */
export const runServer = async (options: Options): Promise<never> => {
  outliveReaders();
  const services = readServices(options);
  const unusable = openDataFolder(options.dataFolder);
  if (unusable !== undefined) refuse(1, unusable);
  try {
    const other = await asOnlyServer(options.dataFolder, () => serve(options, services));
    if (other !== undefined) refuse(1, `another server (process ${other}) uses the data folder ${options.dataFolder}`);
  } catch (cause) {
    const failed = dataFolderFailure(options.dataFolder, cause);
    if (failed !== undefined) refuse(1, failed);
    if (!isAboutListening(cause)) throw cause;
    refuse(1, `cannot listen on ${options.host}, port ${options.port}: ${cause.message}`);
  }
  return process.exit(0);
};
