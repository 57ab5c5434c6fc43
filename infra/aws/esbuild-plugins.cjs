const { readFile } = require('node:fs/promises');
const path = require('node:path');

/** `const _hE = "httpError";` */
const NAME = /^const (_\w+) = ("[^"\\]*");$/gm;
/** `{ [_hE]: 404 }` */
const KEY = /\[(_\w+)\]:/g;

/**
 * The SDK's descriptions of shapes write their keys as names of constants. esbuild cannot know that such a key does
 * nothing when it is read, so it keeps every shape that a client knows, of which a function uses a tenth. With the
 * keys written out it keeps what is used.
 */
const plainKeys = {
  name: 'plain-keys',
  setup(build) {
    build.onLoad({ filter: /@aws-sdk\/client-[^/]+\/dist-es\/schemas\/schemas_\d+\.js$/ }, async ({ path: file }) => {
      const source = await readFile(file, 'utf8');
      const texts = new Map([...source.matchAll(NAME)].map(([, name, text]) => [name, text]));
      return { contents: source.replace(KEY, (key, name) => (texts.has(name) ? `${texts.get(name)}:` : key)) };
    });
  },
};

/** A client names its version when it asks, and brings the whole of its package.json along for that. */
const onlyVersions = {
  name: 'only-versions',
  setup(build) {
    build.onLoad({ filter: /@aws-sdk\/client-[^/]+\/package\.json$/ }, async ({ path: file }) => {
      const { version } = JSON.parse(await readFile(file, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/**
 * What no function ever comes to, by the ends of the files' names. YAML is read here, and neither written nor made into
 * values of JavaScript. Node has digests and streams of its own, and what is sent is no stream. No bucket is one of a
 * single zone, and no message is signed within a stream.
 */
const NEVER_REACHED = [
  /\/yaml\/browser\/dist\/(stringify\/\w+|visit|parse\/cst-visit)\.js$/,
  /\/yaml\/browser\/dist\/(doc\/(anchors|applyReviver|createNode)|nodes\/(addPairToJSMap|toJS))\.js$/,
  /\/(Sha256Js|Sha1Js|Md5Js)\.js$/,
  /\/(sdk-stream-mixin\.browser|(createBufferedReadable|getAwsChunkedEncodingStream)(\.browser)?)\.js$/,
  /\/(S3ExpressIdentityProviderImpl|HeaderFormatter)\.js$/,
];
/** `export function a(`, `export class B`, `export const c`; `export { d, e }` */
const EXPORTED = /^export (?:(?:async )?function|class|const) (\w+)|^export \{([^}]+)\};$/gm;

const exportedBy = (source) =>
  [...source.matchAll(EXPORTED)].flatMap(([, name, names]) =>
    name ? [name] : names.split(',').map((one) => one.trim()),
  );

/** An object of it may be made, since clients do, but there is nothing that it could do. */
const standIn = (name) =>
  `export function ${name}() { if (!new.target) throw new Error('${name} has been left out of this bundle'); }`;

/** If a name is missing among the stand-ins, esbuild says so. */
const leftOut = {
  name: 'left-out',
  setup(build) {
    for (const filter of NEVER_REACHED) {
      build.onLoad({ filter }, async ({ path: file }) => ({
        contents: exportedBy(await readFile(file, 'utf8'))
          .map(standIn)
          .join('\n'),
      }));
    }
  },
};

const NO_PROFILES = `
export { CONFIG_PREFIX_SEPARATOR } from './constants';
export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });
`;

/** What clients are set up with is in the environment: in Lambda there are no files of profiles to be read. */
const noProfiles = {
  name: 'no-profiles',
  setup(build) {
    build.onLoad({ filter: /\/shared-ini-file-loader\/loadSharedConfigFiles\.js$/ }, ({ path: file }) => ({
      contents: NO_PROFILES,
      resolveDir: path.dirname(file),
    }));
  },
};

/** The tags of the schema that YAML is read by, and of no other. */
const FAILSAFE_TAGS = `
import { map } from './common/map.js';
import { seq } from './common/seq.js';
import { string } from './common/string.js';
export const coreKnownTags = {};
export const getTags = (custom, schema) => {
  if (custom || schema !== 'failsafe') throw new Error('the other schemas have been left out of this bundle');
  return [map, seq, string];
};
`;

/** The `yaml` package in the form that a bundler can take apart, and without the schemas that nothing is read by. */
const yamlInParts = {
  name: 'yaml-in-parts',
  setup(build) {
    const dist = path.join(path.dirname(require.resolve('yaml/package.json')), 'browser');
    build.onResolve({ filter: /^yaml$/ }, () => ({ path: path.join(dist, 'index.js') }));
    build.onLoad({ filter: /\/yaml\/browser\/dist\/schema\/tags\.js$/ }, ({ path: file }) => ({
      contents: FAILSAFE_TAGS,
      resolveDir: path.dirname(file),
    }));
  },
};

module.exports = [plainKeys, onlyVersions, leftOut, noProfiles, yamlInParts];
