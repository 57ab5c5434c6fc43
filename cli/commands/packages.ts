import type { Package, Release } from '../../client/replies.ts';
import { command } from '../command.ts';
import { table, type Output } from '../output.ts';
import { packageNameArgument, type NamedPackage } from '../release-options.ts';
import { withServer } from '../server.ts';
import type { ServerOptions } from '../settings.ts';

interface Given extends ServerOptions {
  readonly package?: NamedPackage;
}

const headed = (output: Output, head: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0 ? 'none' : table([head.map((word) => output.paint('bold', word)), ...rows]);

const listText = (output: Output, packages: readonly Package[]): string =>
  headed(
    output,
    ['PACKAGE', 'LATEST', 'VERSIONS'],
    packages.map(({ developer, name, latest, versions }) => [
      `${developer}/${name}`,
      latest ?? '-',
      String(versions.length),
    ]),
  );

const versionsText = (output: Output, { versions }: Package): string =>
  headed(
    output,
    ['VERSION', 'PUBLISHED', 'BYTES', 'SHA256', ''],
    versions.map(({ version, publishedAt, size, sha256, yanked }) => [
      version,
      publishedAt,
      String(size),
      sha256,
      yanked ? output.paint('yellow', 'yanked') : '',
    ]),
  );

export const releaseText = (output: Output, release: Release): string => {
  const { developer, name, version, sha256, size, publishedAt, signature, yanked, status } = release;
  const standing = yanked ? output.paint('yellow', 'yanked') : output.paint('green', 'offered');
  return [
    `${developer}/${name}@${version} ${standing}`,
    `published ${publishedAt}, ${size} bytes`,
    `sha256 ${sha256}`,
    signature ? `signed by ${signature.key}` : 'not signed',
    ...(status ? [`${yanked ? 'yanked' : 'offered again'} ${status.at} by ${status.by}: ${status.reason}`] : []),
  ].join('\n');
};

export const packagesCommand = command<Given>({
  words: ['packages'],
  summary: 'List packages, the versions of one, or show one version',
  arguments: [packageNameArgument()],
  groups: ['server', 'json'],
  examples: [
    { line: 'nightporter packages', does: 'every package' },
    { line: 'nightporter packages acme/hello', does: 'its versions' },
    { line: 'nightporter packages acme/hello@1.0.0', does: 'that one: digest, signature, whether it is yanked' },
  ],
  run: async (context, given) => {
    const { output } = context;
    if (!given.package) {
      const packages = await withServer(context, given, (client, signal) => client.packages({ signal }));
      output.answer({ packages }, listText(output, packages));
      return;
    }
    const { version, ...named } = given.package;
    if (version === undefined) {
      const found = await withServer(context, given, (client, signal) => client.package(named, { signal }));
      output.answer(found, versionsText(output, found));
      return;
    }
    const release = await withServer(context, given, (client, signal) =>
      client.release({ ...named, version }, { signal }),
    );
    output.answer(release, releaseText(output, release));
  },
});
