const { readFile } = require('node:fs/promises');

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
    build.onLoad({ filter: /@aws-sdk\/client-[^/]+\/dist-es\/schemas\/schemas_\d+\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const texts = new Map([...source.matchAll(NAME)].map(([, name, text]) => [name, text]));
      return { contents: source.replace(KEY, (key, name) => (texts.has(name) ? `${texts.get(name)}:` : key)) };
    });
  },
};

module.exports = [plainKeys];
