import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseServicesFile, readServicesFile } from '../../infra/local/services-file.ts';

const options = { file: 'services.yaml', workingFolder: '/work' };
const problemsOf = (text: string): readonly string[] => {
  const read = parseServicesFile(text, options);
  return read.ok ? [] : read.problems;
};

/** One service whose fields are under test. */
const withFields = (...fields: readonly string[]): string =>
  [
    'services:',
    '  echo:',
    '    command: [node, echo.js]',
    '    port: 9001',
    ...fields.map((field) => `    ${field}`),
  ].join('\n');

describe('a services file', () => {
  it('names services and how to run them', () => {
    const text = withFields(
      'environment: { GREETING: hello }',
      'health: { path: /health }',
      'stopTimeout: 10s',
      'wakeCount: 1',
      'tags: { idle-after: 10m, max: 1 }',
    );
    expect(parseServicesFile(text, options)).toEqual({
      ok: true,
      services: [
        {
          service: 'echo',
          command: ['node', 'echo.js'],
          environment: { GREETING: 'hello' },
          workingFolder: '/work',
          port: 9001,
          health: { path: '/health' },
          stopTimeoutMs: 10_000,
          tags: { 'wake-count': '1', 'idle-after': '10m', max: '1' },
          createdAt: 0,
        },
      ],
    });
  });

  it('needs no port for a worker that nobody calls, and lets it have several tasks', () => {
    const text = 'services:\n  worker: { command: [node, worker.js], wakeCount: 3 }';
    expect(parseServicesFile(text, options)).toMatchObject({
      services: [{ service: 'worker', port: null, health: null, tags: { 'wake-count': '3' } }],
    });
  });

  it('needs no more than a command and a port', () => {
    expect(parseServicesFile(withFields(), options)).toMatchObject({
      services: [{ environment: {}, health: null, stopTimeoutMs: 30_000, tags: {} }],
    });
  });

  it('may say when a service is awake and asleep, without quotes', () => {
    const words = {
      awake: 'Mon-Fri 08:00-12:00 13:00-18:30 Europe/Zurich',
      asleep: '00:00-24:00',
      holidays: '2026-12-25',
      'time-zone': 'UTC',
    };
    const tags = Object.entries(words).map(([word, value]) => `${word}: ${value}`);
    for (const text of [
      withFields(`tags: { ${tags.join(', ')} }`),
      withFields('tags:', ...tags.map((tag) => `  ${tag}`)),
    ]) {
      expect(parseServicesFile(text, options)).toMatchObject({ ok: true, services: [{ tags: words }] });
    }
  });

  it('is the one of the demo services, too', () => {
    const file = fileURLToPath(new URL('../../infra/local/services.yaml', import.meta.url));
    expect(readServicesFile({ file, workingFolder: '/work' })).toMatchObject({ ok: true });
  });
});

describe('a bad services file is refused with file, line, field and what was expected', () => {
  it.for<readonly [string, string, string]>([
    ['nothing', '', 'services.yaml:1: expected a map with the field services, found nothing'],
    ['a list', '- echo', 'services.yaml:1: expected a map with the field services, found ["echo"]'],
    ['no services', 'services: {}', 'services.yaml:1: services: expected at least one service, found {}'],
    [
      'an unknown field at the top',
      `version: 2\n${withFields()}`,
      'services.yaml:1: version: expected no such field, found 2',
    ],
    [
      'an unknown field',
      withFields('image: x'),
      'services.yaml:5: services.echo.image: expected no such field, found "x"',
    ],
    [
      'a service that is nothing',
      'services:\n  echo:\n',
      'services.yaml:2: services.echo: expected a map with at least command, found null',
    ],
    [
      'a service id with a slash',
      'services:\n  a/b: { command: [node], port: 1 }',
      'services.yaml:2: services.a/b: expected a service id of 1 to 64 letters, digits and . _ -, found {"command":["node"],"port":1}',
    ],
    [
      'a command as text',
      'services:\n  echo:\n    command: node echo.js\n    port: 1',
      'services.yaml:3: services.echo.command: expected a list such as [node, server.js], found "node echo.js"',
    ],
    [
      'an empty command',
      'services:\n  echo:\n    command: []\n    port: 1',
      'services.yaml:3: services.echo.command: expected a program and its arguments, found []',
    ],
    [
      'no command',
      'services:\n  echo:\n    port: 1',
      'services.yaml:2: services.echo.command: expected a list such as [node, server.js], found nothing',
    ],
    [
      'a health check without a port',
      'services:\n  echo:\n    command: [node]\n    health: { tcp: true }',
      'services.yaml:4: services.echo.health: expected nothing, or a port that can be asked, found {"tcp":true}',
    ],
    [
      'windows that are none',
      withFields('tags: { awake: weekdays }'),
      'services.yaml:5: services.echo.tags.awake: expected windows such as Mon-Fri 08:00-18:30 Europe/Zurich, found "weekdays"',
    ],
    [
      'holidays that no window knows',
      withFields('tags: { awake: 08:00-18:30, holidays: 2026-12-25 }'),
      'services.yaml:5: services.echo.tags.holidays: expected windows that name their days, such as Mon-Sun 08:00-18:00, found "2026-12-25"',
    ],
    [
      'a port of 0',
      'services:\n  echo: { command: [node], port: 0 }',
      'services.yaml:2: services.echo.port: expected a whole number from 1 to 65535, found 0',
    ],
    [
      'a port of 65536',
      'services:\n  echo: { command: [node], port: 65536 }',
      'services.yaml:2: services.echo.port: expected a whole number from 1 to 65535, found 65536',
    ],
    [
      'a port in words',
      'services:\n  echo: { command: [node], port: "80" }',
      'services.yaml:2: services.echo.port: expected a whole number from 1 to 65535, found "80"',
    ],
    [
      'a number in the environment',
      withFields('environment: { N: 1 }'),
      'services.yaml:5: services.echo.environment.N: expected a text; put numbers in quotes, found 1',
    ],
    [
      'a health check of both kinds',
      withFields('health: { path: /x, tcp: true }'),
      'services.yaml:5: services.echo.health: expected { path: /… } or { tcp: true }, found {"path":"/x","tcp":true}',
    ],
    [
      'a health path that is none',
      withFields('health: { path: health }'),
      'services.yaml:5: services.echo.health.path: expected a path such as /health, found "health"',
    ],
    [
      'a stop timeout without unit',
      withFields('stopTimeout: 10'),
      'services.yaml:5: services.echo.stopTimeout: expected a duration such as 10s, 1s to 120s, found 10',
    ],
    [
      'a stop timeout of an hour',
      withFields('stopTimeout: 1h'),
      'services.yaml:5: services.echo.stopTimeout: expected a duration such as 10s, 1s to 120s, found "1h"',
    ],
    [
      'two processes on one port',
      withFields('wakeCount: 2'),
      'services.yaml:5: services.echo.wakeCount: expected 1, because a port has room for one process, found 2',
    ],
    [
      'the same as a tag',
      withFields('tags:', '  wake-count: 2'),
      'services.yaml:6: services.echo.tags.wake-count: expected 1, because a port has room for one process, found 2',
    ],
    [
      'two words for one thing that differ',
      withFields('wakeCount: 1', 'tags: { wake-count: 2 }'),
      'services.yaml:6: services.echo.tags.wake-count: expected the same as wakeCount (1), or nothing, found 2',
    ],
    [
      'a tag without unit',
      withFields('tags: { idle-after: 10 }'),
      'services.yaml:5: services.echo.tags.idle-after: expected a duration such as 90s, 10m or 2h, 1s to 30d, found 10',
    ],
    [
      'an unknown tag',
      withFields('tags: { sleep-after: 10m }'),
      'services.yaml:5: services.echo.tags.sleep-after: expected a known policy word, found "10m"',
    ],
    [
      'a signal that is none',
      withFields('tags: { signal: smoke }'),
      'services.yaml:5: services.echo.tags.signal: expected one of connections, alb, nlb, metric, leases, found "smoke"',
    ],
    [
      'a load balancer',
      withFields('tags: { signal: alb }'),
      'services.yaml:5: services.echo.tags.signal: expected connections, metric or leases (load balancers exist only on AWS), found "alb"',
    ],
    [
      'an endpoint, which is the port here',
      withFields('tags: { endpoint: none }'),
      'services.yaml:5: services.echo.tags.endpoint: expected nothing: on this machine clients connect to the port, found "none"',
    ],
    [
      'a metric without a name',
      withFields('tags: { signal: metric }'),
      'services.yaml:5: services.echo.tags.signal: expected with metric: the tag metric as Namespace/Name, found "metric"',
    ],
    [
      'tags as a list',
      withFields('tags: [a]'),
      'services.yaml:5: services.echo.tags: expected a map of policy words, found ["a"]',
    ],
    [
      'a service that comes twice',
      `${withFields()}\n  echo: { command: [node], port: 2 }`,
      'services.yaml:5: echo comes twice',
    ],
    [
      'a port that comes twice',
      `${withFields()}\n  other: { command: [node], port: 9001 }`,
      'services.yaml:5: services.other.port: expected a port of its own (echo has it), found 9001',
    ],
    [
      'an alias without an anchor',
      'services: *nothing',
      'services.yaml:1: Unresolved alias (the anchor must be set before the alias): nothing',
    ],
    [
      'an alias without an anchor further down',
      withFields('environment: *nothing'),
      'services.yaml:5: Unresolved alias (the anchor must be set before the alias): nothing',
    ],
    [
      'a NUL in the command',
      'services:\n  echo:\n    port: 1\n    command: [node, "a\\0b"]',
      'services.yaml:4: services.echo.command.1: expected a text without NUL characters, found "a\\u0000b"',
    ],
    [
      'a NUL in the environment',
      withFields('environment: { A: "a\\0b" }'),
      'services.yaml:5: services.echo.environment.A: expected a text without NUL characters, found "a\\u0000b"',
    ],
    [
      'a service named __proto__',
      `${withFields()}\n  __proto__: { command: [node], port: 2 }`,
      'services.yaml:5: __proto__: expected another name',
    ],
  ])('%s', ([, text, problem]) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it('broken YAML', () => {
    expect(problemsOf('services: [\n')[0]).toMatch(/^services\.yaml:\d+: /);
  });

  it('every problem at once, in the order of the file', () => {
    const problems = problemsOf(
      'services:\n  a:\n    port: x\n    colour: red\n    command: no\n  "b c":\n    command: [node]\n    port: 1\n',
    );
    expect(problems.map((problem) => problem.split(': ').slice(0, 2).join(' '))).toEqual([
      'services.yaml:3 services.a.port',
      'services.yaml:4 services.a.colour',
      'services.yaml:5 services.a.command',
      'services.yaml:6 services.b c',
    ]);
  });

  it('a NUL in the name of a variable', () => {
    expect(problemsOf(withFields('environment:', '  "A\\0B": x'))).toEqual([
      'services.yaml:6: services.echo.environment.A\0B: expected a text without NUL characters, found "x"',
    ]);
  });

  it('one that is not there', () => {
    expect(readServicesFile({ file: '/nowhere/x.yaml', workingFolder: '/' })).toEqual({
      ok: false,
      problems: ['/nowhere/x.yaml: cannot be read (ENOENT)'],
    });
  });
});
