import { generateKeyPairSync, sign } from 'node:crypto';
import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import { signatureText, statement } from '#shared/domain/registry/signature.ts';
import { builtPackage, sha256Of, type PackageSeed } from '../support/registry/built-package.ts';
import { MINUTE, SECOND, T0, DAY } from '../support/virtual-clock.ts';
import type { Recorded } from './requests.ts';
import { registryHouse, UPLOADER, type AskingRegistry, type RegistryHouse } from './registry-house.ts';
import type { Stack } from './stack.ts';

const DEVELOPER = 'acme';
const HELLO = { developer: DEVELOPER, name: 'hello' };
const UPLOAD = `uploads/${DEVELOPER}/hello.apkg`;
const VERSION = '/packages/{developer}/{name}/{version}';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');

/** One developer who has a role, a key, and need not use the key. */
const register = ({ aws }: RegistryHouse): void =>
  aws.store.place(controlKeys.developer(DEVELOPER), {
    schema: 1,
    principals: ['AROAACMEACMEACMEACME1'],
    keys: [
      {
        id: 'laptop',
        publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64'),
        notBefore: new Date(T0 - DAY).toISOString(),
        notAfter: null,
      },
    ],
    signature: 'optional',
    secrets: 'auto',
    limits: {},
  });

const packageOf = (seed: PackageSeed = {}) => {
  const body = builtPackage(seed);
  const sha256 = sha256Of(body);
  const { name = 'hello', version = '1.0.0' } = seed;
  const signed = statement({ developer: DEVELOPER, name, version, sha256, size: body.byteLength });
  const value = sign(null, signed, privateKey).toString('base64');
  return { body, sha256, checksum: `${sha256}  hello.apkg\n`, signature: signatureText({ key: 'laptop', value }) };
};

/** Has it published, as a developer with a key who does not use it: with a minute's patience. */
const publish = async (at: RegistryHouse, seed: PackageSeed = {}): Promise<void> => {
  const { body, checksum, signature } = packageOf(seed);
  await at.upload(`${UPLOAD}.sig`, signature);
  await at.upload(UPLOAD, body);
  await at.upload(`${UPLOAD}.sha256`, checksum);
  insist(at, `packages/acme/hello/${seed.version ?? '1.0.0'}/release.json`);
};

/** A scene that goes otherwise shows other calls than it says. */
const insist = ({ aws, telemetry }: RegistryHouse, key: string): void => {
  if (aws.registry.has(key)) return;
  throw new Error(`${key} is not there: ${JSON.stringify(telemetry.failures.map(({ cause }) => String(cause)))}`);
};

const verdict = ({ aws }: RegistryHouse, code: string, file = 'hello'): void => {
  const found = aws.registry.read(`results/${DEVELOPER}/${file}.json`) as { code?: string } | undefined;
  if (found?.code !== code) throw new Error(`it is ${found?.code} instead of ${code}`);
};

const ask = async (at: RegistryHouse, address: string, expected: number, asking: AskingRegistry = {}) => {
  const { statusCode, body } = await at.ask(address, asking);
  if (statusCode !== expected) throw new Error(`${address} answered ${statusCode}: ${body}`);
};

const operator = ({ aws }: RegistryHouse): string => {
  aws.store.place(controlKeys.grant('olga'), { registry: true, developers: [DEVELOPER, 'nobody'] });
  return 'olga';
};

type Scene = (open: () => RegistryHouse) => Promise<void>;

/** What happens to the registry, one story each. */
const SCENES: Readonly<Record<string, Scene>> = {
  'a package and what goes with it come, in any order, and again': async (open) => {
    const { body, checksum, signature } = packageOf();
    const parts = [
      [UPLOAD, body],
      [`${UPLOAD}.sha256`, checksum],
      [`${UPLOAD}.sig`, signature],
    ] as const;
    for (const turn of [0, 1, 2]) {
      const at = open();
      register(at);
      const news = [...parts.slice(turn), ...parts.slice(0, turn)].map(([key, content]) => at.put(key, content));
      for (const each of news) await at.tell(each);
      at.clock.advance(2 * MINUTE);
      await at.sweep();
      insist(at, 'packages/acme/hello/1.0.0/release.json');
      await at.tell(...news);
      verdict(at, 'PUBLISHED');
      await publish(at, { version: '1.1.0' });
      await at.sweep();
    }
  },

  'the same version comes again, and other bytes of it, and nothing of a package': async (open) => {
    const at = open();
    register(at);
    await publish(at);
    await publish(at);
    at.clock.advance(2 * MINUTE);
    await at.sweep();
    verdict(at, 'ALREADY_PUBLISHED');
    const { body, checksum, signature } = packageOf({ files: { 'src/more.py': 'x = 1\n' } });
    await at.upload(`${UPLOAD}.sig`, signature);
    await at.upload(UPLOAD, body);
    await at.upload(`${UPLOAD}.sha256`, checksum);
    verdict(at, 'VERSION_EXISTS');
    await at.upload('uploads/acme/bad.apkg', 'no zip');
    await at.upload('uploads/acme/bad.apkg.sha256', sha256Of('no zip'));
    at.clock.advance(2 * MINUTE);
    await at.sweep();
    verdict(at, 'NOT_ZIP', 'bad');
  },

  'somebody uploads who may not, or where nothing may lie': async (open) => {
    const at = open();
    register(at);
    await at.upload(UPLOAD, packageOf().body, { principal: 'AROASOMEBODYELSE12345' });
    verdict(at, 'PRINCIPAL_MISMATCH');
    await at.upload('uploads/nobody/hello.apkg', packageOf().body);
    await at.upload('uploads/acme/folder/hello.apkg', packageOf().body);
    await at.upload('uploads/acme/', '');
    await at.tell({ Event: 's3:TestEvent' });
  },

  'news is lost, late or of what is gone': async (open) => {
    const at = open();
    register(at);
    const { body, checksum } = packageOf();
    const news = at.put(UPLOAD, body);
    await at.tell(news);
    verdict(at, 'CHECKSUM_PENDING');
    at.put(`${UPLOAD}.sha256`, checksum);
    at.clock.advance(2 * MINUTE);
    await at.sweep();
    insist(at, 'packages/acme/hello/1.0.0/release.json');
    await at.tell(news);
    await at.upload('uploads/acme/alone.apkg', packageOf({ version: '2.0.0' }).body);
    await at.upload('uploads/acme/orphan.apkg.sha256', checksum);
    await at.upload(`${UPLOAD}.sig`, packageOf().signature);
    at.put('uploads/acme/x/y.apkg', 'stray');
    at.clock.advance(20 * MINUTE);
    await at.sweep();
    verdict(at, 'CHECKSUM_MISSING', 'alone');
  },

  'an upload takes the place of another': async (open) => {
    const at = open();
    register(at);
    const first = at.put(UPLOAD, packageOf().body);
    at.clock.advance(SECOND);
    const { body, checksum, signature } = packageOf({ version: '1.0.1' });
    await at.upload(`${UPLOAD}.sig`, signature);
    const second = at.put(UPLOAD, body);
    await at.tell(second);
    await at.tell(first);
    await at.upload(`${UPLOAD}.sha256`, checksum);
    insist(at, 'packages/acme/hello/1.0.1/release.json');
  },

  'somebody without credentials uploads by signed addresses': async (open) => {
    const at = open();
    register(at);
    const { body, sha256 } = packageOf();
    const to = { params: { developer: DEVELOPER, file: 'hello' }, body: { size: body.byteLength, sha256 } };
    await ask(at, 'POST /uploads/{developer}/{file}', 403, to);
    await ask(at, 'POST /uploads/{developer}/{file}', 201, { ...to, subject: operator(at) });
    await ask(at, 'POST /uploads/{developer}/{file}', 403, {
      ...to,
      params: { developer: 'nobody', file: 'hello' },
      subject: operator(at),
    });
    await ask(at, 'GET /uploads/{developer}/{file}', 404, { params: to.params });
    const metadata = { developer: DEVELOPER, caller: 'olga', sha256 };
    await at.upload(UPLOAD, body, { principal: UPLOADER, metadata, isDigestKnown: true });
    at.clock.advance(2 * MINUTE);
    await at.sweep();
    await ask(at, 'GET /uploads/{developer}/{file}', 200, { params: to.params });
    insist(at, 'packages/acme/hello/1.0.0/release.json');
  },

  'packages are looked at, fetched and yanked': async (open) => {
    const at = open();
    register(at);
    const released = { ...HELLO, version: '1.1.0' };
    const missing = { ...HELLO, version: '9.9.9' };
    await ask(at, 'GET /packages', 200);
    await ask(at, 'GET /packages/{developer}/{name}', 404, { params: HELLO });
    await publish(at);
    await publish(at, { version: '1.1.0' });
    await ask(at, 'GET /packages', 200);
    await ask(at, 'GET /packages/{developer}/{name}', 200, { params: HELLO });
    for (const [params, status] of [
      [released, 200],
      [missing, 404],
    ] as const) {
      await ask(at, `GET ${VERSION}`, status, { params });
      await ask(at, `GET ${VERSION}/download`, status === 200 ? 302 : 404, { params });
      const reason = { body: { reason: 'it is broken' }, params };
      await ask(at, `POST ${VERSION}/yank`, 403, reason);
      const subject = operator(at);
      at.clock.advance(MINUTE);
      await ask(at, `POST ${VERSION}/yank`, status, { ...reason, subject });
      await ask(at, `POST ${VERSION}/unyank`, status, { ...reason, subject });
      await ask(at, `POST ${VERSION}/yank`, status, { ...reason, subject });
    }
    at.clock.advance(2 * MINUTE);
    await at.sweep();
  },

  'whoever publishes dies, and the sweep ends what was begun': async (open) => {
    const steps = ['package.apkg', 'package.sha256', 'package.sig', 'release.json', 'index.json', 'latest'];
    for (const last of [...steps, 'registry.json', 'developers.json']) {
      const at = open();
      register(at);
      at.dieAfter(last);
      await publish(at).catch(() => undefined);
      at.dieAfter(undefined);
      at.clock.advance(2 * MINUTE);
      await at.sweep();
      at.clock.advance(2 * MINUTE);
      await at.sweep();
      insist(at, 'packages/acme/hello/1.0.0/release.json');
      insist(at, 'index/registry.json');
    }
  },

  'an operator has everything made again, and sends back what was given up': async (open) => {
    const at = open();
    register(at);
    await at.sweep({ task: 'rebuild' });
    await publish(at);
    await at.sweep({ task: 'rebuild' });
    const queue = at.environment['FAILED_UPLOADS_URL'];
    at.queues.put(queue, '{"Records":[]}');
    await at.sweep({ task: 'replay', by: 'olga' });
    if (at.queues.queueAt(at.environment['ARRIVED_UPLOADS_URL']).length !== 1) throw new Error('it is not sent back');
  },
};

/** Plays every scene of the registry, and tells every call that its functions made. */
export const playRegistry = async (stack: Stack): Promise<readonly Recorded[]> => {
  const houses: RegistryHouse[] = [];
  const open = (): RegistryHouse => {
    const at = registryHouse(stack);
    houses.push(at);
    return at;
  };
  for (const [name, scene] of Object.entries(SCENES)) {
    await scene(open).catch((cause: unknown) => {
      throw new Error(`the scene in which ${name} went otherwise`, { cause });
    });
  }
  return houses.flatMap(({ calls }) => calls);
};
