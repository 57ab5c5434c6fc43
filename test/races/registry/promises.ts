import type { Announcement } from '#shared/domain/registry/promotion.ts';
import {
  indexText,
  latestText,
  packageRow,
  registryDocument,
  registryText,
} from '#shared/domain/registry/projections.ts';
import { parseReleaseKey, parseResultKey } from '#shared/domain/registry/registry-keys.ts';
import { readStatus } from '#shared/domain/registry/release-status.ts';
import { readRelease, type Release } from '#shared/domain/registry/release.ts';
import type { Result } from '#shared/usecases/registry/results.ts';
import { sha256Of } from '../../support/registry/built-package.ts';
import type { Objects, Write } from '../../support/sim-aws/objects.ts';
import type { Content, Uploading } from './scenario.ts';

/** A package that was put under uploads/, as the spectator saw it. */
export interface Seen extends Uploading {
  readonly key: string;
  readonly versionId: string;
  /** Which it was, of all. */
  readonly order: number;
  readonly sha256: string;
  readonly isGood: boolean;
  /** Its checksum comes in time, whatever else happens. */
  readonly isComplete: boolean;
}

/** Which version each content is. */
const VERSION_OF: Readonly<Record<Content, string>> = {
  one: '1.0.0',
  'other-one': '1.0.0',
  two: '1.1.0',
  broken: '',
};

const PACKAGE = { developer: 'ada', name: 'hello' };
const IMMUTABLE = /^packages\/.*\/(package\.apkg|package\.sha256|package\.sig|release\.json)$/;

const text = (bucket: Objects, key: string): string | undefined => {
  const found = bucket.get(key);
  return found && new TextDecoder().decode(found.body);
};

const versionsIn = (index: string): readonly string[] =>
  [...index.matchAll(/"version":\s*"([^"]+)"/g)].map(([, version = '']) => version);

/**
 * The promises, as a spectator checks them who sees every write and hears every announcement, and knows nothing of
 * how the protocol works.
 */
export const promises = (bucketOf: () => Objects) => {
  const broken: string[] = [];
  const uploads: Seen[] = [];
  const finals = new Map<string, string>();
  const told = new Map<string, number>();
  let isForgiven = false;
  const breaks = (promise: string): void => void broken.push(promise);

  const releases = (): readonly Release[] =>
    bucketOf()
      .list('packages/', '')
      .flatMap(([key, { body }]) => {
        const parsed = parseReleaseKey(key);
        const release = parsed?.file === 'release' ? readRelease(parsed, new TextDecoder().decode(body)) : undefined;
        return release ?? [];
      });

  const seeRelease = (key: string, after: string): void => {
    const parsed = parseReleaseKey(key);
    const release = parsed && readRelease(parsed, after);
    const folder = key.replace(/release\.json$/, '');
    const bytes = bucketOf().get(`${folder}package.apkg`);
    if (!release) return breaks(`3 a release that says nothing: ${key}`);
    if (!bytes || sha256Of(bytes.body) !== release.sha256) breaks(`3 half a release is visible: ${key}`);
    if (text(bucketOf(), `${folder}package.sha256`)?.slice(0, 64) !== release.sha256)
      breaks(`3 half a release is visible: ${key} without its checksum`);
    const source = uploads.find((upload) => upload.versionId === release.upload.versionId);
    if (!source?.isGood || source.sha256 !== release.sha256 || source.byStranger)
      breaks(`5 something unproven is published: ${key} of ${JSON.stringify(source)}`);
  };

  const seeIndex = (key: string, before: string | null, after: string): void => {
    const listed = new Set(versionsIn(after));
    const forgotten = versionsIn(before ?? '').filter((version) => !listed.has(version));
    if (forgotten.length > 0) breaks(`2 ${key} forgets ${forgotten.join(', ')}`);
    const known = new Map(releases().map((release) => [release.version, release.sha256]));
    for (const [, version = '', sha256] of after.matchAll(/"version":\s*"([^"]+)",\s*"sha256":\s*"([^"]+)"/g)) {
      if (known.get(version) !== sha256) breaks(`2 a pointer to nothing: ${key} lists ${version}`);
    }
    if (key.endsWith('/latest') && after !== '\n' && !known.has(after.trimEnd()))
      breaks(`2 a pointer to nothing: latest is ${after}`);
  };

  const seeResult = (key: string, before: string | null, after: string): void => {
    const result = JSON.parse(after) as Result;
    const previous = before === null ? undefined : (JSON.parse(before) as Result);
    const orderOf = (it: Result | undefined): number =>
      uploads.find(({ versionId }) => versionId === it?.upload.versionId)?.order ?? -1;
    if (parseResultKey(key) && orderOf(previous) > orderOf(result))
      breaks(`6 a verdict over that of a newer upload: ${result.code} over ${previous?.code}`);
    if (result.verdict === 'waiting') {
      const final = finals.get(result.upload.versionId ?? '');
      if (final !== undefined) breaks(`6 a last word is taken back: ${result.code} after ${final}`);
      return;
    }
    const said = finals.get(result.upload.versionId ?? '');
    if (said !== undefined && said !== result.code) breaks(`6 two last words on one upload: ${said}, ${result.code}`);
    finals.set(result.upload.versionId ?? '', result.code);
  };

  /** An upload may only go once something final was said of it, or something newer lies there or was judged. */
  const seeCleared = (key: string): void => {
    for (const upload of uploads.filter((each) => each.key === key)) {
      const isGone = bucketOf().getVersion(key, upload.versionId) === undefined;
      const isReplaced = uploads.some((each) => each.key === key && each.order > upload.order);
      if (isGone && !finals.has(upload.versionId) && !isReplaced) breaks(`1 an upload is lost: ${upload.versionId}`);
      if (isGone) continue;
      if (bucketOf().get(key) === undefined) breaks(`1 an upload is hidden: ${upload.versionId}`);
    }
  };

  const onWrite = ({ by, key, before, after }: Write): void => {
    if (key.startsWith('uploads/')) return by === 'uploader' ? undefined : seeCleared(key);
    if (!/^(packages\/ada\/hello|results\/ada|index)\//.test(key)) breaks(`7 a write outside: ${key}`);
    if (after === null) return breaks(`4 deleted: ${key}`);
    if (IMMUTABLE.test(key) && before !== null) breaks(`4 published bytes changed: ${key}`);
    if (key.endsWith('/release.json')) seeRelease(key, after);
    if (/(index\.json|latest|registry\.json)$/.test(key)) seeIndex(key, before, after);
    if (key.startsWith('results/')) seeResult(key, before, after);
  };

  const hear = (news: Announcement): void => {
    if (news.type !== 'package.published') return;
    const release = releases().find(({ version }) => version === news.version);
    if (release?.sha256 !== news.sha256) return breaks(`8 news of what is not there: ${news.version}`);
    if (!isForgiven && !text(bucketOf(), 'index/registry.json')?.includes(news.sha256))
      breaks(`8 news before the index: ${news.version}`);
    told.set(news.version, (told.get(news.version) ?? 0) + 1);
  };

  const checkIndexes = (): void => {
    const standings = releases().map((release) => {
      const status = text(bucketOf(), `packages/ada/hello/${release.version}/status.json`);
      return { release, status: status === undefined ? undefined : readStatus(JSON.parse(status)) };
    });
    const row = packageRow(PACKAGE, standings);
    const expected: readonly (readonly [string, string])[] =
      standings.length === 0
        ? [['index/registry.json', registryText(registryDocument([]))]]
        : [
            ['packages/ada/hello/index.json', indexText(row)],
            ['packages/ada/hello/latest', latestText(row)],
            ['index/registry.json', registryText(registryDocument([row]))],
          ];
    for (const [key, should] of expected) {
      if (text(bucketOf(), key) !== should) breaks(`2 ${key} is not what the releases are: ${text(bucketOf(), key)}`);
    }
    if (standings.length > 0 && !text(bucketOf(), 'index/developers.json')?.includes('"hello"'))
      breaks('2 developers.json lacks the package');
  };

  const checkUploads = (): void => {
    for (const upload of uploads) {
      const others = uploads.filter((each) => each.key === upload.key);
      const isLast = others.every((each) => each.order <= upload.order);
      const final = finals.get(upload.versionId);
      if (isLast && final === undefined) breaks(`6 no last word on ${upload.versionId}`);
      const release = releases().find(({ version }) => version === VERSION_OF[upload.content]);
      if (final === 'VERSION_EXISTS' && (!release || release.sha256 === upload.sha256))
        breaks(`6 ${upload.versionId} was refused for a version that it has`);
      if (/PUBLISHED/.test(final ?? '') && release?.sha256 !== upload.sha256)
        breaks(`1 ${upload.versionId} was accepted and is not published`);
      const isAlone = others.length === 1 && upload.isGood && !upload.byStranger;
      if (isAlone && upload.isComplete && !/PUBLISHED|VERSION_EXISTS/.test(final ?? ''))
        breaks(`1 a good package was refused: ${upload.versionId} ${final}`);
    }
  };

  /** What must be true once everything that was begun is ended. */
  const checkSettled = (): void => {
    checkIndexes();
    checkUploads();
    for (const { version } of releases()) {
      if (!told.has(version)) breaks(`8 nobody was told of ${version}`);
    }
    for (const [key] of bucketOf().list('packages/', '')) {
      if (key.endsWith('/package.apkg') && !bucketOf().has(key.replace('package.apkg', 'release.json')))
        breaks(`1 a version is neither published nor free: ${key}`);
    }
    const left = bucketOf()
      .list('uploads/', '')
      .filter(([key]) => key.endsWith('.apkg'));
    if (left.length > 0) breaks(`1 left behind: ${left.map(([key]) => key).join(', ')}`);
  };

  /** Somebody has damaged an index: it cannot be asked whether it listed what is told. */
  const forgive = (): void => void (isForgiven = true);

  return {
    forgive,
    broken,
    breaks,
    onWrite,
    hear,
    saw: (upload: Seen) => void uploads.push(upload),
    uploads,
    checkSettled,
  };
};
