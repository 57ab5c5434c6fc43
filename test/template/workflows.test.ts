import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { parse } from 'yaml';
import { folderOf } from '../support/local-server.ts';
import { runSteps, type Step, type WorkflowRun } from '../support/workflow-run.ts';
import { commandsIn, faultsOf, given } from './companion/commands.ts';

const folder = path.resolve(import.meta.dirname, '../../infra/workflows');

interface Job {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly needs?: string;
  readonly environment?: string;
  readonly steps?: readonly Step[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: { readonly group: string; readonly 'cancel-in-progress': boolean };
  readonly 'timeout-minutes'?: number;
  readonly outputs?: Readonly<Record<string, string>>;
}

interface Workflow {
  readonly on: Readonly<Record<string, any>>;
  readonly permissions: object;
  readonly defaults?: { readonly run: { readonly shell: string } };
  readonly jobs: Readonly<Record<string, Job>>;
}

const FILES = readdirSync(folder).filter((file) => file.endsWith('.yml'));
const textOf = (file: string): string => readFileSync(path.join(folder, file), 'utf8');
const read = (text: string): Workflow => parse(text);
const jobsIn = (text: string): readonly Job[] => Object.values(read(text).jobs);
const stepsIn = (text: string): readonly Step[] => jobsIn(text).flatMap(({ steps = [] }) => steps);
const scriptsIn = (text: string): readonly string[] => stepsIn(text).flatMap(({ run }) => run ?? []);
const workflow = (file: string): Workflow => read(textOf(file));
const jobsOf = (file: string): readonly Job[] => jobsIn(textOf(file));
const stepsOf = (file: string): readonly Step[] => stepsIn(textOf(file));
const scriptsOf = (file: string): readonly string[] => scriptsIn(textOf(file));

/** What is wrong with the text of a workflow, one sentence each. */
const RULES = {
  'whatever comes from elsewhere is pinned by its commit, and says which version that is': (
    text: string,
  ): readonly string[] =>
    [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)]
      .map(([, uses = '']) => uses)
      .filter((uses) => !/^\.\/\S+$/.test(uses) && !/^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+(\.\d+){2}$/.test(uses)),

  'there is no standing key: credentials come by OIDC': (text: string): readonly string[] => [
    ...(/aws-(access-key-id|secret-access-key)|\bsecrets\./i.test(text) ? ['it knows a secret'] : []),
    ...stepsIn(text)
      .filter(({ uses }) => uses?.startsWith('aws-actions/configure-aws-credentials@'))
      .filter(
        (step) =>
          Object.keys(step.with ?? {})
            .toSorted()
            .join() !== 'aws-region,role-to-assume',
      )
      .map(() => 'it asks for credentials by something else than a role'),
  ],

  'nothing is allowed but what each job says': (text: string): readonly string[] => [
    ...(JSON.stringify(read(text).permissions) === '{}' ? [] : ['all jobs may something']),
    ...jobsIn(text).flatMap(({ permissions }) =>
      Object.entries(permissions ?? { everything: 'write' })
        .map(([what, how]) => `${what}: ${how}`)
        .filter((permission) => !['contents: read', 'id-token: write'].includes(permission)),
    ),
  ],

  'a job that takes on a role does so in an environment, which the role is for': (text: string): readonly string[] =>
    jobsIn(text)
      .filter(({ steps = [] }) => steps.some(({ uses }) => uses?.includes('configure-aws-credentials')))
      .filter(({ environment, permissions }) => !environment || permissions?.['id-token'] !== 'write')
      .map(() => 'a job cannot take on its role'),

  'a job ends, and is never broken off by the next': (text: string): readonly string[] =>
    jobsIn(text)
      .filter(({ uses }) => uses === undefined)
      .filter((job) => !(job['timeout-minutes'] && job.concurrency?.['cancel-in-progress'] === false))
      .map(() => 'a job has no end, or no turn'),

  'no text from outside becomes part of a script': (text: string): readonly string[] =>
    scriptsIn(text).filter((run) => run.includes('${{')),

  'a script stops at the first failure': (text: string): readonly string[] =>
    scriptsIn(text).length > 0 && read(text).defaults?.run.shell !== 'bash' ? ['it goes on'] : [],

  'what is checked out does not keep the token': (text: string): readonly string[] =>
    stepsIn(text)
      .filter(({ uses }) => uses?.startsWith('actions/checkout@'))
      .filter((step) => step.with?.['persist-credentials'] !== false)
      .map(() => 'a token lies about'),

  'CloudFormation is asked for what the template has, and never for a count': (text: string): readonly string[] =>
    scriptsIn(text)
      .flatMap((run) => commandsIn(`\`\`\`\n${run}\`\`\`\n`))
      .flatMap((command) => [
        ...faultsOf(command),
        ...(given(command)['InitialDesiredCount'] === '' ? [] : ['it sets the count']),
      ]),
};

describe.each(FILES)('infra/workflows/%s', (file) => {
  it.each(Object.entries(RULES))('%s', (_, rule) => {
    expect(rule(textOf(file))).toEqual([]);
  });
});

/** A fault for each rule: what to find in release.yml, and what to put in its place. */
const FAULTS: Readonly<Record<keyof typeof RULES, readonly (readonly [RegExp, string])[]>> = {
  'whatever comes from elsewhere is pinned by its commit, and says which version that is': [
    [/checkout@\w+ # v5\.0\.0/, 'checkout@v5'],
    [/ # v5\.0\.0/, ''],
  ],
  'there is no standing key: credentials come by OIDC': [
    [/role-to-assume: .*/, 'aws-access-key-id: AKIDEXAMPLE'],
    [/vars\.NIGHTPORTER_URL/, 'secrets.NIGHTPORTER_URL'],
  ],
  'nothing is allowed but what each job says': [
    [/^permissions: \{\}$/m, 'permissions: write-all'],
    [/contents: read/, 'contents: write'],
    [/id-token: write/, 'packages: write'],
  ],
  'a job that takes on a role does so in an environment, which the role is for': [
    [/^ {4}environment: .*$/m, ''],
    [/id-token: write/, 'id-token: none'],
  ],
  'a job ends, and is never broken off by the next': [
    [/timeout-minutes: 45/, ''],
    [/cancel-in-progress: false/, 'cancel-in-progress: true'],
  ],
  'no text from outside becomes part of a script': [[/"\$SMOKE_SERVICE"/, '${{ vars.SMOKE_SERVICE }}']],
  'a script stops at the first failure': [[/shell: bash/, 'shell: sh']],
  'what is checked out does not keep the token': [[/persist-credentials: false/, 'persist-credentials: true']],
  'CloudFormation is asked for what the template has, and never for a count': [
    [/InitialDesiredCount= /, ''],
    [/InitialDesiredCount=/, 'InitialDesiredCount=1'],
    [/ContainerImage=/, 'Image='],
    [/--capabilities CAPABILITY_IAM/, ''],
    [/stacks\/fargate-service/, 'stacks/service'],
  ],
};

describe.each(Object.keys(RULES) as (keyof typeof RULES)[])('%s', (name) => {
  it.each(FAULTS[name])('finds a fault: %s', (found, put) => {
    const faulty = textOf('release.yml').replace(found, () => put);
    expect(faulty).not.toBe(textOf('release.yml'));
    expect(RULES[name](faulty)).not.toEqual([]);
  });
});

const BUILDS = /docker|buildx|podman|get-login-password|put-image|imageTag/;

describe('the workflows', () => {
  it('are these four', () => {
    expect(FILES).toEqual(['deliver.yml', 'promote.yml', 'release.yml', 'rollback.yml']);
  });

  it('build once: only what delivers to dev builds', () => {
    expect(FILES.filter((file) => BUILDS.test(scriptsOf(file).join('\n')))).toEqual(['deliver.yml']);
    expect(jobsOf('deliver.yml').filter(({ steps = [] }) => BUILDS.test(JSON.stringify(steps)))).toHaveLength(1);
  });

  it('deploy in one way, by one workflow', () => {
    const deploying = FILES.filter((file) => scriptsOf(file).some((run) => run.includes('cloudformation')));
    expect(deploying).toEqual(['release.yml']);
    const callers = FILES.filter((file) => file !== 'release.yml').map((file) =>
      jobsOf(file).filter(({ uses }) => uses === './.github/workflows/release.yml'),
    );
    expect(callers.map((jobs) => jobs.map((job) => job.with))).toEqual([
      [{ environment: 'dev', digest: '${{ needs.build.outputs.digest }}' }],
      [{ environment: 'production', digest: '${{ needs.tried.outputs.digest }}' }],
      [{ environment: '${{ inputs.environment }}', digest: 'previous' }],
    ]);
  });

  it('are started by a merge to main or by somebody, never by a pull request', () => {
    expect(FILES.map((file) => workflow(file).on)).toEqual([
      { push: { branches: ['main'] } },
      { workflow_dispatch: {} },
      { workflow_call: expect.anything() },
      { workflow_dispatch: expect.anything() },
    ]);
  });
});

const [NEW, RUNNING, BEFORE] = ['a', 'b', 'c'].map((letter) => `sha256:${letter.repeat(64)}`) as [
  string,
  string,
  string,
];

const AWS = `
log aws "$@"
case "$1 $2" in
  'ssm get-parameters') cat "$STUB_FOLDER$4" 2>/dev/null || echo None ;;
  'ssm put-parameter') mkdir -p "$(dirname "$STUB_FOLDER$4")" && printf '%s' "$6" >"$STUB_FOLDER$4" ;;
  'ecr describe-images')
    case $6 in
      imageDigest=*) ;;
      *) cat "$STUB_FOLDER/pushed" 2>/dev/null || exit 254 ;;
    esac ;;
  'ecr get-login-password') echo password ;;
  'cloudformation deploy') [ "$4" != "$(cat "$STUB_FOLDER/broken-stack" 2>/dev/null)" ] ;;
  'secretsmanager get-secret-value') echo the-key ;;
  *) exit 99 ;;
esac`;

const DOCKER = `
log docker "$@"
case $1 in push) printf 'sha256:%064d' 7 >"$STUB_FOLDER/pushed" ;; login) cat >/dev/null ;; esac`;

const VARS = {
  STACKS: 'pixtools-api pixtools-worker',
  REPOSITORY_URI: 'registry.example/team/pixtools',
  RELEASE_PATH: '/pixtools/dev',
  API_KEY_SECRET: 'delivery-key',
  HEALTH_URL: 'https://pixtools.example/health',
  NIGHTPORTER_URL: 'https://api.example/prod',
  SMOKE_SERVICE: 'pixtools-api',
};

interface Released extends WorkflowRun {
  /** Which digest each stack was given, in turn. */
  readonly deployed: readonly string[];
  /** What is noted in the end. */
  readonly noted: (name: string) => string | null;
}

interface Scene {
  readonly digest: string;
  readonly noted?: Readonly<Record<string, string>>;
  readonly isWell?: boolean;
  readonly brokenStack?: string;
}

const release = async (context: TestContext, { digest, noted = {}, isWell = true, brokenStack }: Scene) => {
  const place = await folderOf(context);
  const notes = Object.entries(noted).map(([name, value]) => [`pixtools/dev/${name}`, value]);
  const job = { STACKS: VARS.STACKS, REPOSITORY_URI: VARS.REPOSITORY_URI, RELEASE_PATH: VARS.RELEASE_PATH };
  const run = await runSteps(stepsOf('release.yml'), {
    folder: place,
    given: { vars: VARS, inputs: { digest }, github: { run_id: '17' }, job },
    programs: {
      aws: AWS,
      'smoke-test': `log smoke-test "$@"\n[ "$NIGHTPORTER_API_KEY" = the-key ]\nexit ${isWell ? 0 : 1}`,
    },
    files: {
      ...Object.fromEntries(notes),
      'infra/workflows/smoke-test.sh': 'exec smoke-test "$@"',
      ...(brokenStack !== undefined && { 'broken-stack': brokenStack }),
    },
  });
  const deployed = run.calls.flatMap((call) => {
    const [, stack, image] = /cloudformation deploy --stack-name (\S+) .*ContainerImage=(\S+)/.exec(call) ?? [];
    return stack === undefined ? [] : [`${stack} ${image?.replace(`${VARS.REPOSITORY_URI}@`, '')}`];
  });
  const note = (name: string): string | null => {
    try {
      return readFileSync(path.join(place, 'pixtools/dev', name), 'utf8');
    } catch {
      return null;
    }
  };
  return { ...run, deployed, noted: note } satisfies Released;
};

const toBoth = (digest: string): readonly string[] => VARS.STACKS.split(' ').map((stack) => `${stack} ${digest}`);

describe('a release', { timeout: 30_000 }, () => {
  it('deploys the digest to each stack, tries it, and then notes it', async (context) => {
    const { calls, deployed, noted, succeeded } = await release(context, { digest: NEW, noted: { current: RUNNING } });
    expect(succeeded).toBe(true);
    expect(deployed).toEqual(toBoth(NEW));
    expect([noted('current'), noted('previous')]).toEqual([NEW, RUNNING]);
    const order = calls.map((call) => /deploy|smoke-test|put-parameter/.exec(call)?.[0]).filter(Boolean);
    expect(order).toEqual(['deploy', 'deploy', 'smoke-test', 'put-parameter', 'put-parameter']);
    expect(calls).toContain('smoke-test pixtools-api https://pixtools.example/health');
  });

  it('is the first one where nothing was noted', async (context) => {
    const { noted, succeeded } = await release(context, { digest: NEW });
    expect([succeeded, noted('current'), noted('previous')]).toEqual([true, NEW, null]);
  });

  it('keeps what was before when the same is released again', async (context) => {
    const { noted } = await release(context, { digest: NEW, noted: { current: NEW, previous: RUNNING } });
    expect([noted('current'), noted('previous')]).toEqual([NEW, RUNNING]);
  });

  it('goes back to what ran when it is not well, and notes nothing', async (context) => {
    const scene = { digest: NEW, noted: { current: RUNNING, previous: BEFORE }, isWell: false };
    const { deployed, noted, succeeded } = await release(context, scene);
    expect(succeeded).toBe(false);
    expect(deployed).toEqual([...toBoth(NEW), ...toBoth(RUNNING)]);
    expect([noted('current'), noted('previous')]).toEqual([RUNNING, BEFORE]);
  });

  it('goes back with the stacks that it got to when another fails', async (context) => {
    const scene = { digest: NEW, noted: { current: RUNNING }, brokenStack: 'pixtools-worker' };
    const { calls, deployed, noted } = await release(context, scene);
    expect(deployed).toEqual([...toBoth(NEW), ...toBoth(RUNNING)]);
    expect(noted('current')).toBe(RUNNING);
    expect(calls.filter((call) => call.startsWith('smoke-test'))).toEqual([]);
  });

  it('fails where there is nothing to go back to', async (context) => {
    const { deployed, noted, succeeded } = await release(context, { digest: NEW, isWell: false });
    expect([succeeded, noted('current')]).toEqual([false, null]);
    expect(deployed).toEqual(toBoth(NEW));
  });

  it('of the previous one changes places with it, and back', async (context) => {
    const once = await release(context, { digest: 'previous', noted: { current: NEW, previous: RUNNING } });
    expect(once.deployed).toEqual(toBoth(RUNNING));
    expect([once.noted('current'), once.noted('previous')]).toEqual([RUNNING, NEW]);
    const twice = await release(context, { digest: 'previous', noted: { current: RUNNING, previous: NEW } });
    expect(twice.deployed).toEqual(toBoth(NEW));
  });

  it.for(['previous', 'latest', '', 'None'])(
    'of "%s", where there is none such, deploys nothing',
    async (digest, context) => {
      const { deployed, succeeded } = await release(context, { digest, noted: { current: RUNNING } });
      expect([succeeded, deployed]).toEqual([false, []]);
    },
  );
});

describe('a delivery', { timeout: 30_000 }, () => {
  const build = async (context: TestContext, files: Readonly<Record<string, string>>) =>
    runSteps(workflow('deliver.yml').jobs['build']?.steps ?? [], {
      folder: await folderOf(context),
      given: { vars: VARS, github: { sha: 'c0ffee' } },
      programs: { aws: AWS, docker: DOCKER },
      files,
    });

  it('hands on the digest of what it pushed', async (context) => {
    const { calls, outputs, succeeded } = await build(context, {});
    expect(succeeded).toBe(true);
    expect(outputs['push']?.['digest']).toBe(`sha256:${'7'.padStart(64, '0')}`);
    expect(calls.filter((call) => call.startsWith('docker')).map((call) => call.split(' ')[1])).toEqual([
      'login',
      'build',
      'push',
    ]);
  });

  it('builds no second image for the same commit: its tag cannot be moved', async (context) => {
    const { calls, outputs } = await build(context, { pushed: NEW });
    expect(outputs['push']?.['digest']).toBe(NEW);
    expect(calls.filter((call) => call.startsWith('docker'))).toEqual([]);
  });
});

describe('a promotion', { timeout: 30_000 }, () => {
  it('is of what was tried in dev', async (context) => {
    const job = workflow('promote.yml').jobs['tried'];
    expect(job?.environment).toBe('dev');
    expect(job?.outputs).toEqual({ digest: '${{ steps.noted.outputs.digest }}' });
    const { outputs } = await runSteps(job?.steps ?? [], {
      folder: await folderOf(context),
      given: { vars: VARS },
      programs: { aws: AWS },
      files: { 'pixtools/dev/current': RUNNING, 'pixtools/dev/previous': BEFORE },
    });
    expect(outputs).toEqual({ noted: { digest: RUNNING } });
  });
});
