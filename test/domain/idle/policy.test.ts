import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, parsePolicy, type Policy } from '#shared/domain/idle/policy.ts';

const MINUTE = 60_000;
const MONTH = 30 * 86_400_000;

const durations = [
  ['lease', 'leaseMs', ['10s', 10_000], ['24h', 86_400_000], ['9s', '86401s', '25h', '0s']],
  ['idle-after', 'idleAfterMs', ['1s', 1_000], ['30d', MONTH], ['0s', '31d', '721h']],
  ['confirm-after', 'confirmAfterMs', ['1s', 1_000], ['30d', MONTH], ['0s', '31d']],
  ['grace-after-wake', 'graceAfterWakeMs', ['0s', 0], ['30d', MONTH], ['31d', '-1s']],
  ['unknown-after', 'unknownAfterMs', ['1s', 1_000], ['30d', MONTH], ['0s', '31d']],
  ['silent-connection-cap', 'silentConnectionCapMs', ['1s', 1_000], ['30d', MONTH], ['0s', '31d']],
  ['ready-after', 'readyAfterMs', ['0s', 0], ['30d', MONTH], ['31d', 'soon']],
  ['boot-limit', 'bootLimitMs', ['1s', 1_000], ['30d', MONTH], ['0s', '31d', '']],
] as const;

const others = [
  ['wake-count', 'wakeCount', ['1', 1], ['1000', 1_000], ['0', '1001', '-1', '1.5', 'two', '', ' 1']],
  ['max', 'max', ['1', 1], ['5000', 5_000], ['0', '5001', '1e3', 'many']],
  ['nightly-kill', 'nightlyKill', ['no', 'no'], ['spare-leased', 'spare-leased'], ['No', 'true', '', 'never']],
] as const;

const tagWords = [...durations, ...others];

const manyDimensions = (count: number): string => Array.from({ length: count }, (_, index) => `D${index}=1`).join(' ');

describe('a policy', () => {
  it('has these defaults', () => {
    expect(parsePolicy({ managed: 'true' })).toEqual({ policy: DEFAULT_POLICY, problems: [] });
    expect(DEFAULT_POLICY).toEqual({
      leaseMs: 10 * MINUTE,
      idleAfterMs: 10 * MINUTE,
      confirmAfterMs: 4 * MINUTE,
      graceAfterWakeMs: 5 * MINUTE,
      unknownAfterMs: 30 * MINUTE,
      silentConnectionCapMs: 60 * MINUTE,
      readyAfterMs: 3_000,
      bootLimitMs: 10 * MINUTE,
      wakeCount: 1,
      max: 1,
      nightlyKill: 'yes',
      signal: { kind: 'connections' },
      schedule: null,
    } satisfies Policy);
  });

  describe.each(tagWords)('tag %s', (tag, field, ...[low, high, refused]) => {
    it.each([low, high])('takes %s', (text, value) => {
      const { policy, problems } = parsePolicy({ [tag]: text });
      expect(policy[field]).toBe(value);
      expect(problems).toEqual([]);
    });

    it.each(refused)('reports %j by name, and the default holds', (value) => {
      const { policy, problems } = parsePolicy({ [tag]: value });
      expect(policy).toEqual(DEFAULT_POLICY);
      expect(problems).toEqual([{ tag, value, expected: expect.stringMatching(/^(a |one of )/) }]);
    });
  });

  it.each([
    ['lease', 'a duration such as 90s, 10m or 2h, 10s to 24h'],
    ['idle-after', 'a duration such as 90s, 10m or 2h, 1s to 30d'],
    ['ready-after', 'a duration such as 90s, 10m or 2h, 0s to 30d'],
    ['wake-count', 'a whole number from 1 to 1000'],
    ['max', 'a whole number from 1 to 5000'],
    ['metric-idle-at-most', 'a whole number from 0 to 999999999'],
    ['nightly-kill', 'one of yes, spare-leased, no'],
    ['signal', 'one of connections, alb, nlb, metric, leases'],
    ['metric', 'Namespace/Name'],
    ['metric-dimensions', 'Name=value pairs, with spaces between them'],
    ['endpoint', 'http(s)://host[:port][/path], host:port, public:PORT, private:PORT or none'],
    ['idle_after', 'a known policy word'],
    ['constructor', 'a known policy word'],
  ])('says what was expected of %s', (tag, expected) => {
    expect(parsePolicy({ [tag]: '?' }).problems).toEqual([{ tag, value: '?', expected }]);
  });

  it('reports every bad tag, and keeps the good ones', () => {
    const { policy, problems } = parsePolicy({ 'idle-after': '20m', lease: '1s', sleep: 'well' });
    expect(problems.map(({ tag }) => tag).toSorted()).toEqual(['lease', 'sleep']);
    expect(policy).toEqual({ ...DEFAULT_POLICY, idleAfterMs: 20 * MINUTE });
  });

  it.each(['group', 'after', 'idleafter'])(
    'is reported when it is not known, instead of being passed over: %s',
    (tag) => {
      expect(parsePolicy({ [tag]: '1' }).problems).toEqual([{ tag, value: '1', expected: 'a known policy word' }]);
    },
  );

  describe('how many', () => {
    it('means as many at most as it wakes, where no maximum is named', () => {
      expect(parsePolicy({ 'wake-count': '3' })).toMatchObject({ policy: { wakeCount: 3, max: 3 }, problems: [] });
    });

    it('may be as many at most as it wakes, and more', () => {
      expect(parsePolicy({ 'wake-count': '3', max: '3' })).toMatchObject({ policy: { max: 3 }, problems: [] });
      expect(parsePolicy({ 'wake-count': '3', max: '4' })).toMatchObject({ policy: { max: 4 }, problems: [] });
    });

    it('cannot be fewer at most than it wakes', () => {
      const { policy, problems } = parsePolicy({ 'wake-count': '3', max: '2' });
      expect(policy).toMatchObject({ wakeCount: 3, max: 3 });
      expect(problems).toEqual([{ tag: 'max', value: '2', expected: 'at least wake-count (3)' }]);
    });
  });

  describe('signal', () => {
    it.each(['connections', 'leases'] as const)('may be %s', (signal) => {
      expect(parsePolicy({ signal })).toMatchObject({ policy: { signal: { kind: signal } }, problems: [] });
    });

    it.each([
      ['AWS/SQS/ApproximateNumberOfMessagesVisible', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible'],
      ['Mine/Depth', 'Mine', 'Depth'],
    ])('may be the metric %s', (metric, namespace, name) => {
      expect(parsePolicy({ signal: 'metric', metric })).toEqual({
        policy: { ...DEFAULT_POLICY, signal: { kind: 'metric', namespace, name, idleAtMost: 0 } },
        problems: [],
      });
    });

    it('has a limit for the metric', () => {
      const { policy } = parsePolicy({ signal: 'metric', metric: 'Mine/Depth', 'metric-idle-at-most': '7' });
      expect(policy.signal).toMatchObject({ idleAtMost: 7 });
    });

    it('falls back to no messages at all when the limit is bad', () => {
      const { policy, problems } = parsePolicy({ signal: 'metric', metric: 'Mine/Depth', 'metric-idle-at-most': '-1' });
      expect(policy.signal).toMatchObject({ kind: 'metric', idleAtMost: 0 });
      expect(problems.map(({ tag }) => tag)).toEqual(['metric-idle-at-most']);
    });

    it('needs a metric to be a metric', () => {
      expect(parsePolicy({ signal: 'metric' })).toEqual({
        policy: DEFAULT_POLICY,
        problems: [{ tag: 'signal', value: 'metric', expected: 'with metric: the tag metric as Namespace/Name' }],
      });
    });

    it.each([
      ['alb', 'LoadBalancer=app/front/1 TargetGroup=targetgroup/echo/2'],
      ['alb', 'TargetGroup=targetgroup/echo/2 LoadBalancer=app/front/1'],
      ['nlb', 'LoadBalancer=net/front/1'],
    ])('may be %s with %s', (signal, words) => {
      const dimensions = words.split(' ').map((pair) => {
        const [name, value] = pair.split('=');
        return { name, value };
      });
      expect(parsePolicy({ signal, 'metric-dimensions': words })).toEqual({
        policy: { ...DEFAULT_POLICY, signal: { kind: signal, dimensions } },
        problems: [],
      });
    });

    it.each([
      ['alb', 'no dimensions', undefined],
      ['alb', 'no target group', 'LoadBalancer=app/front/1'],
      ['alb', 'no load balancer', 'TargetGroup=targetgroup/echo/2'],
      ['alb', 'one zone of several', 'LoadBalancer=app/f/1 TargetGroup=targetgroup/e/2 AvailabilityZone=eu-central-1a'],
      ['alb', 'a load balancer of the other kind', 'LoadBalancer=net/front/1 TargetGroup=targetgroup/echo/2'],
      ['alb', 'a name for an id', 'LoadBalancer=front TargetGroup=targetgroup/echo/2'],
      ['alb', 'something else', 'Zone=undefined TargetGroup=targetgroup/echo/2'],
      ['nlb', 'no dimensions', undefined],
      ['nlb', 'a target group, by which it does not count', 'LoadBalancer=net/front/1 TargetGroup=targetgroup/echo/2'],
      ['nlb', 'a load balancer of the other kind', 'LoadBalancer=app/front/1'],
    ])('cannot be %s with %s', (signal, _, words) => {
      const tags = { signal, ...(words !== undefined && { 'metric-dimensions': words }) };
      expect(parsePolicy(tags)).toEqual({
        policy: DEFAULT_POLICY,
        problems: [
          {
            tag: 'signal',
            value: signal,
            expected: expect.stringMatching(/^with [an]lb: the tag metric-dimensions as L/),
          },
        ],
      });
    });

    it('of a load balancer says what it lacks', () => {
      const expected = (signal: string) => parsePolicy({ signal }).problems.map((problem) => problem.expected);
      expect(expected('alb')).toEqual([
        'with alb: the tag metric-dimensions as LoadBalancer=app/… TargetGroup=targetgroup/…',
      ]);
      expect(expected('nlb')).toEqual(['with nlb: the tag metric-dimensions as LoadBalancer=net/…']);
    });

    it('of connections may be reported under a namespace and dimensions of its own', () => {
      const tags = { 'metric-namespace': 'My/Games', 'metric-dimensions': 'Server=blue  Realm=a=b' };
      expect(parsePolicy(tags)).toEqual({
        policy: {
          ...DEFAULT_POLICY,
          signal: {
            kind: 'connections',
            namespace: 'My/Games',
            dimensions: [
              { name: 'Server', value: 'blue' },
              { name: 'Realm', value: 'a=b' },
            ],
          },
        },
        problems: [],
      });
    });

    it('of a metric may have dimensions of its own', () => {
      const tags = { signal: 'metric', metric: 'AWS/SQS/Depth', 'metric-dimensions': 'QueueName=work' };
      expect(parsePolicy(tags).policy.signal).toEqual({
        kind: 'metric',
        namespace: 'AWS/SQS',
        name: 'Depth',
        idleAtMost: 0,
        dimensions: [{ name: 'QueueName', value: 'work' }],
      });
    });

    it.each([
      ['metric-namespace', ['', ' ', ':Mine', 'Mine,Yours', 'Ünsere', 'x'.repeat(256)]],
      [
        'metric-dimensions',
        ['', ' ', 'Server', '=blue', 'Server=', 'Server=blue Realm', 'A=1 A=2', ':A=1', 'Größe=1', manyDimensions(31)],
      ],
    ])('has no bad %s', (tag, values) => {
      for (const value of values) {
        const { policy, problems } = parsePolicy({ [tag]: value });
        expect(policy).toEqual(DEFAULT_POLICY);
        expect(problems).toEqual([{ tag, value, expected: expect.any(String) }]);
      }
    });

    it('has as many dimensions as there can be', () => {
      const { policy, problems } = parsePolicy({ 'metric-dimensions': manyDimensions(30) });
      expect(problems).toEqual([]);
      expect(policy.signal.kind === 'connections' && policy.signal.dimensions).toHaveLength(30);
    });

    it.each(['Depth', 'Mine/', '/Depth', '', ':Mine/Depth', 'Mine/Tiefe in µm', `Mine/${'x'.repeat(256)}`])(
      'does not take %j for a metric',
      (metric) => {
        const { policy, problems } = parsePolicy({ signal: 'metric', metric });
        expect(policy.signal).toEqual(DEFAULT_POLICY.signal);
        expect(problems.map(({ tag }) => tag).toSorted()).toEqual(['metric', 'signal']);
      },
    );
  });

  it('knows where clients connect, which is for the fleet to read', () => {
    expect(parsePolicy({ endpoint: 'public:8080' })).toEqual({ policy: DEFAULT_POLICY, problems: [] });
    expect(parsePolicy({ endpoint: 'public:0' }).problems).toMatchObject([{ tag: 'endpoint', value: 'public:0' }]);
  });

  it('is there whatever the tags hold, and within its own limits', () => {
    const words = [
      'lease',
      'idle-after',
      'unknown-after',
      'wake-count',
      'max',
      'signal',
      'metric',
      'metric-namespace',
      'metric-dimensions',
      'endpoint',
      'awake',
      'asleep',
      'holidays',
      'time-zone',
      '__proto__',
      'toString',
    ];
    const value = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.stringMatching(/^\d{1,8}[smhd]?$/),
      fc.constantFrom(
        'metric',
        'alb',
        'nlb',
        'LoadBalancer=net/a',
        'A=1 B=2',
        'Mine/Depth',
        'none',
        'Sat-Mon 22:00-06:00',
        '2026-12-25',
      ),
    );
    const tags = fc.dictionary(fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'grapheme' })), value);
    fc.assert(
      fc.property(tags, (given) => {
        const { policy, problems } = parsePolicy(given);
        expect(policy.max).toBeGreaterThanOrEqual(policy.wakeCount);
        expect(policy.wakeCount).toBeGreaterThanOrEqual(1);
        expect(Object.values(policy).every((entry) => entry !== undefined && !Number.isNaN(entry))).toBe(true);
        for (const { tag, value: shown } of problems) expect(given[tag]).toBe(shown);
      }),
    );
  });
});
