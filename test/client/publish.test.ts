import { describe, expect, it } from 'vitest';
import type { PublishOptions, PublishProgress } from '../../client/nightporter-client.ts';
import { aClientBench, lost, trace, type ClientBench } from '../support/client-bench.ts';
import { builtPackage, sha256Of } from '../support/registry/built-package.ts';
import { SECOND } from '../support/virtual-clock.ts';

const KEY = 'uploads/acme/hello.apkg';
const RELEASE = { developer: 'acme', name: 'hello', version: '1.0.0' };

/** A registry that judges what arrives, after a while. */
const aRegistry = (afterSeconds = 1): ClientBench => {
  const bench = aClientBench();
  bench.after = (request, answer) => {
    if (request.method === 'PUT' && request.path.startsWith('/signed/')) {
      void bench.plane.clock.sleep(afterSeconds * SECOND).then(() => bench.plane.packages.process(KEY));
    }
    return answer;
  };
  return bench;
};

const aPackage = (more: Partial<PublishOptions> = {}): PublishOptions => ({
  developer: 'acme',
  file: 'hello.apkg',
  content: builtPackage(),
  ...more,
});

/** What the requests are for: a signed address is another one every time. */
const steps = ({ sent }: ClientBench): readonly string[] =>
  trace(sent).map((line) => line.replace(/ \/signed\/.*/, ' there'));

describe('publishing', () => {
  it('announces the bytes, puts them where it is told, and waits for the verdict', async () => {
    const bench = aRegistry(3);
    const content = builtPackage();
    const verdict = await bench.client.publish(aPackage({ content }));
    expect(verdict).toMatchObject({ verdict: 'accepted', code: 'PUBLISHED', package: RELEASE });
    expect(verdict.upload.sha256).toBe(sha256Of(content));
    expect(bench.sent[1]?.body).toEqual({ size: content.byteLength, sha256: sha256Of(content) });
    expect(steps(bench).slice(0, 3)).toEqual([
      'GET /uploads/acme/hello.apkg',
      'POST /uploads/acme/hello.apkg',
      'PUT there',
    ]);
    expect(new Set(steps(bench).slice(3))).toEqual(new Set(['GET /uploads/acme/hello.apkg']));
    expect(bench.sent.length).toBeLessThanOrEqual(3 + 6);
  });

  it('keeps the key from the store: its addresses carry their own permission', async () => {
    const bench = aRegistry();
    await bench.client.publish(aPackage());
    const put = bench.sent.find(({ path }) => path.startsWith('/signed/'));
    expect(put?.headers.has('x-api-key')).toBe(false);
    expect(
      bench.sent.filter(({ path }) => !path.startsWith('/signed/')).every(({ headers }) => headers.has('x-api-key')),
    ).toBe(true);
  });

  it('tells what a refusal is about and how to mend it, as a verdict and no error', async () => {
    const { client } = aRegistry();
    const verdict = await client.publish(aPackage({ content: new TextEncoder().encode('no zip at all') }));
    expect(verdict).toMatchObject({ verdict: 'rejected', code: 'NOT_ZIP' });
    expect(verdict.fix).not.toBe('');
  });

  it('takes a blob, and a digest that somebody has computed already', async () => {
    const { client } = aRegistry();
    const content = builtPackage();
    const blob = new Blob([content]);
    const verdict = await client.publish(aPackage({ content: blob, sha256: sha256Of(content) }));
    expect(verdict).toMatchObject({ code: 'PUBLISHED' });
  });

  it('is refused bytes that are not those of the digest', async () => {
    const { client } = aRegistry();
    const work = client.publish(aPackage({ sha256: sha256Of('something else') }));
    await expect(work).rejects.toMatchObject({ reason: 'invalid-input', field: 'body' });
  });

  it('tells how much has been sent, byte by byte up to the last', async () => {
    const { client } = aRegistry();
    // What hardly compresses, so that it is sent in several pieces.
    const noise = Array.from({ length: 5_000 }, (_, index) => sha256Of(String(index))).join('');
    const content = builtPackage({ files: { 'src/noise.txt': noise } });
    const told: PublishProgress[] = [];
    const verdict = await client.publish(aPackage({ content, onProgress: (progress) => told.push(progress) }));
    expect(verdict).toMatchObject({ code: 'PUBLISHED' });
    expect([...new Set(told.map(({ phase }) => phase))]).toEqual(['hashing', 'uploading', 'judging']);
    const sent = told.filter(({ phase }) => phase === 'uploading').map(({ sentBytes }) => sentBytes);
    expect(sent.length).toBeGreaterThan(2);
    expect(sent.toSorted((a, b) => a - b)).toEqual(sent);
    expect(sent.at(-1)).toBe(content.byteLength);
    expect(told.every(({ totalBytes }) => totalBytes === content.byteLength)).toBe(true);
  });

  it('puts the signature before the package, and tells what is waited for until the verdict', async () => {
    const bench = aRegistry();
    const told: PublishProgress[] = [];
    // No good signature, so that another one is waited for; in the end it is looked at once more.
    const judging = bench.after;
    bench.after = (request, answer) => {
      void bench.plane.clock.sleep(90 * SECOND).then(() => bench.plane.packages.process(KEY));
      return judging(request, answer);
    };
    const signature = 'key k\ned25519 AAAA\n';
    const verdict = await bench.client.publish(aPackage({ signature, onProgress: (progress) => told.push(progress) }));
    expect(verdict).toMatchObject({ verdict: 'rejected', code: 'SIGNATURE_MALFORMED' });
    const puts = bench.sent.filter(({ method }) => method === 'PUT').map(({ body }) => body);
    expect(puts).toEqual([signature, expect.any(ReadableStream)]);
    expect(told.at(-1)).toMatchObject({ phase: 'judging', verdict: { code: 'SIGNATURE_PENDING' } });
  });

  it('does not take the verdict on an earlier upload of the name for its own', async () => {
    const bench = aRegistry(30);
    const { client, plane } = bench;
    await plane.packages.upload(KEY, 'an earlier one');
    await plane.packages.upload(`${KEY}.sha256`, sha256Of('an earlier one'));
    expect(await client.publish(aPackage())).toMatchObject({ code: 'PUBLISHED' });
    const again = await client.publish(aPackage());
    expect(again).toMatchObject({ verdict: 'accepted', code: 'ALREADY_PUBLISHED' });
    expect(bench.seconds()).toBeGreaterThan(60);
  });

  it("does not take the verdict on somebody else's upload of the name for its own", async () => {
    const bench = aRegistry();
    const mine = await bench.client.publish(aPackage({ content: builtPackage({ version: '1.1.0' }) }));
    const upload = { ...mine.upload, sha256: sha256Of('theirs'), versionId: 'another' };
    const theirs = { ...mine, code: 'NOT_ZIP', verdict: 'rejected', upload, at: '2027-01-01T00:00:00.000Z' };
    let isTold = false;
    bench.before = ({ method }) => {
      if (method !== 'GET' || isTold || steps(bench).filter((step) => step === 'PUT there').length < 2)
        return undefined;
      isTold = true;
      return Response.json(theirs);
    };
    expect(await bench.client.publish(aPackage())).toMatchObject({ code: 'PUBLISHED', package: RELEASE });
    expect(isTold).toBe(true);
  });

  it('goes on after answers that were lost, of whatever step', async () => {
    const bench = aRegistry();
    const judging = bench.after;
    const seen = new Set<string>();
    bench.after = async (request, answer) => {
      const step = request.path.startsWith('/signed/') ? 'PUT' : request.method;
      const arrived = await judging(request, answer);
      if (seen.has(step)) return arrived;
      seen.add(step);
      return lost();
    };
    expect((await bench.client.publish(aPackage())).verdict).toBe('accepted');
    expect(seen).toEqual(new Set(['GET', 'POST', 'PUT']));
  });

  it('that nobody judges ends with its time, and says so', async () => {
    const bench = aClientBench();
    const work = bench.client.publish(aPackage({ timeoutMs: 30 * SECOND }));
    await expect(work).rejects.toMatchObject({
      reason: 'timed-out',
      message: 'no verdict within the time: nothing is said of this upload',
    });
    expect(bench.seconds()).toBeLessThan(36);
  });

  it('ends when it is aborted, also while it waits for the verdict', async () => {
    const caller = new AbortController();
    const bench = aClientBench();
    const work = bench.client.publish(aPackage({ signal: caller.signal }));
    const refused = expect(work).rejects.toMatchObject({ reason: 'aborted' });
    while (!steps(bench).includes('PUT there')) await new Promise(setImmediate);
    caller.abort();
    await refused;
  });

  it('into the folder of somebody else is forbidden', async () => {
    const { client } = aRegistry();
    const work = client.publish(aPackage({ developer: 'globex' }));
    await expect(work).rejects.toMatchObject({ reason: 'forbidden', field: 'developer' });
  });
});

describe('packages', () => {
  it('are listed, shown, found for download, yanked and offered again', async () => {
    const { client } = aRegistry();
    expect(await client.packages()).toEqual([]);
    await client.publish(aPackage());
    expect(await client.packages()).toMatchObject([{ name: 'hello', latest: '1.0.0' }]);
    expect(await client.package(RELEASE)).toMatchObject({ versions: [{ version: '1.0.0', yanked: false }] });
    expect(await client.release(RELEASE)).toMatchObject({ sha256: sha256Of(builtPackage()) });
    expect(await client.download(RELEASE)).toMatchObject({ url: expect.stringContaining('/signed/') });
    expect(await client.yank(RELEASE, { reason: 'broken' })).toMatchObject({ yanked: true });
    expect(await client.package(RELEASE)).toMatchObject({ latest: null });
    expect(await client.unyank(RELEASE, { reason: 'mended' })).toMatchObject({ yanked: false });
  });

  it('that are not there are not found', async () => {
    const { client } = aRegistry();
    const missing = { ...RELEASE, name: 'nothing' };
    for (const work of [client.package(missing), client.release(missing), client.download(missing)]) {
      await expect(work).rejects.toMatchObject({ reason: 'not-found', code: 'package-not-found' });
    }
  });

  it('are not yanked twice when nobody knows whether it was done', async () => {
    const bench = aRegistry();
    await bench.client.publish(aPackage());
    bench.after = () => lost();
    await expect(bench.client.yank(RELEASE, { reason: 'broken' })).rejects.toMatchObject({ reason: 'unreachable' });
    expect(trace(bench.sent).filter((line) => line.endsWith('/yank'))).toHaveLength(1);
  });
});
