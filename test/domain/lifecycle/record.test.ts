import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adopt,
  adoptAnew,
  awaken,
  drain,
  holdAt,
  layToSleep,
  note,
  pin,
  unpin,
  wantsTasks,
  type Intent,
  type ServiceRecord,
} from '#shared/domain/lifecycle/record.ts';
import { aDrainingRecord, aHold, anAsleepRecord, anObserved, aRecord, CREATED } from '../../support/builders.ts';
import { T0 } from '../../support/virtual-clock.ts';

const NOW = T0 + 60_000;
const cause = { by: 'bob', reason: 'because' };

const steps = {
  awaken: (record: ServiceRecord) => awaken(record, cause, NOW),
  drain: (record: ServiceRecord) => drain(record, cause, NOW),
  'lay to sleep': (record: ServiceRecord) => layToSleep(record, cause, NOW),
  'pin awake': (record: ServiceRecord) => pin(record, aHold({ intent: 'awake' }), NOW),
  'pin asleep': (record: ServiceRecord) => pin(record, aHold({ intent: 'asleep' }), NOW),
  unpin,
  note: (record: ServiceRecord) => note(record, { readyAt: NOW }),
  'adopt anew, running': (record: ServiceRecord) => adoptAnew(record, anObserved({ desiredCount: 1 }), NOW),
  'adopt anew, at zero': (record: ServiceRecord) => adoptAnew(record, anObserved({ desiredCount: 0 }), NOW),
} as const;

const rows: Readonly<Record<Intent, ServiceRecord>> = {
  awake: aRecord(),
  draining: aDrainingRecord(),
  asleep: anAsleepRecord(),
};

const shown = (from: ServiceRecord, to: ServiceRecord): string => {
  const generation = to.generation - from.generation;
  return [to.intent, generation > 0 && `gen+${generation}`, to.voided > from.voided && 'void', to.hold && 'held']
    .filter(Boolean)
    .join(' ');
};

const aRandomRecord = fc
  .record({
    intent: fc.constantFrom<Intent>('awake', 'draining', 'asleep'),
    generation: fc.integer({ min: 1, max: 1_000 }),
    older: fc.integer({ min: 0, max: 1 }),
    revision: fc.nat(),
    wokenAt: fc.constantFrom(T0 - 5_000, T0),
    readyAt: fc.constantFrom(null, T0 + 5_000),
    hold: fc.constantFrom(null, aHold()),
    failedTasks: fc.constantFrom([], ['a', 'b']),
  })
  .map(({ intent, older, wokenAt, readyAt, ...rest }) => {
    const isAsleep = intent === 'asleep';
    return aRecord({
      ...rest,
      intent,
      voided: Math.max(0, rest.generation - (isAsleep ? 0 : older)),
      wokenAt: isAsleep ? null : wokenAt,
      readyAt: isAsleep ? null : readyAt,
    });
  });

const anyStep = fc.constantFrom(...Object.values(steps));

describe('the record', () => {
  it('changes like this', () => {
    const table = Object.entries(steps).map(([name, step]) => [
      name.padEnd(20),
      ...Object.values(rows).map((row) => shown(row, step(row)).padEnd(22)),
    ]);
    const head = [' '.repeat(20), ...Object.keys(rows).map((intent) => intent.padEnd(22))];
    expect(`\n${[head, ...table].map((row) => row.join(' ').trimEnd()).join('\n')}\n`).toMatchInlineSnapshot(`
      "
                           awake                  draining               asleep
      awaken               awake                  awake                  awake gen+1
      drain                draining               draining               draining
      lay to sleep         asleep gen+1 void      asleep gen+1 void      asleep gen+1 void
      pin awake            awake held             awake held             awake gen+1 held
      pin asleep           asleep gen+1 void held asleep gen+1 void held asleep gen+1 void held
      unpin                awake                  draining               asleep
      note                 awake                  draining               asleep
      adopt anew, running  awake gen+1 void       awake gen+1 void       awake gen+1 void
      adopt anew, at zero  asleep gen+1 void      asleep gen+1 void      asleep gen+1 void
      "
    `);
  });

  it('raises its revision by one with every write', () => {
    fc.assert(fc.property(aRandomRecord, anyStep, (from, step) => step(from).revision === from.revision + 1));
  });

  it('raises its generation by one with every step to or from asleep, and with no other', () => {
    const step = fc.constantFrom(steps.awaken, steps.drain, steps['lay to sleep'], steps.unpin, steps.note);
    const passesOn = fc
      .tuple(aRandomRecord, step)
      .filter(([from, move]) => from.intent !== 'asleep' || move !== steps.drain);
    fc.assert(
      fc.property(passesOn, ([from, move]) => {
        const to = move(from);
        const isCrossing = to.intent === 'asleep' ? move === steps['lay to sleep'] : from.intent === 'asleep';
        expect(to.generation).toBe(from.generation + (isCrossing ? 1 : 0));
      }),
    );
  });

  it('never takes back what it voided, and never voids what is to come', () => {
    fc.assert(
      fc.property(aRandomRecord, fc.array(anyStep, { maxLength: 12 }), (start, moves) => {
        moves.reduce((from, move) => {
          const to = move(from);
          expect(to.voided).toBeGreaterThanOrEqual(from.voided);
          expect(to.voided).toBeLessThanOrEqual(to.generation);
          expect(to.generation).toBeGreaterThanOrEqual(from.generation);
          return to;
        }, start);
      }),
    );
  });

  it('voids every lease so far with every step to asleep', () => {
    fc.assert(
      fc.property(aRandomRecord, fc.constantFrom(steps['lay to sleep'], steps['pin asleep']), (from, step) => {
        const to = step(from);
        expect(to.voided).toBe(to.generation);
        expect(to.voided).toBeGreaterThan(from.generation);
        expect(to).toMatchObject({ intent: 'asleep', wokenAt: null, readyAt: null });
      }),
    );
  });

  it('voids nothing by waking: the lease that woke it was taken under the generation before', () => {
    fc.assert(fc.property(aRandomRecord, (from) => steps.awaken(from).voided === from.voided));
  });

  it('keeps the same generation, with its boot, when it is called back from draining', () => {
    const from = aDrainingRecord({ wokenAt: T0 - 9, readyAt: T0 - 5, failedTasks: ['a'] });
    expect(awaken(from, cause, NOW)).toEqual({
      ...from,
      ...cause,
      intent: 'awake',
      since: NOW,
      revision: from.revision + 1,
    });
  });

  it('begins anew when it is woken from asleep, and remembers how long boots take', () => {
    const breaker = { trips: 1, until: NOW, taskDefinition: 'api:1' };
    const failure = { code: 'X', message: 'y', output: null, count: 3, at: T0 };
    const from = anAsleepRecord({ bootsMs: [7], failedTasks: ['a'], failure, breaker });
    expect(awaken(from, cause, NOW)).toEqual({
      ...from,
      ...cause,
      intent: 'awake',
      since: NOW,
      wokenAt: NOW,
      readyAt: null,
      failedTasks: [],
      generation: 4,
      revision: 10,
    });
  });

  it('drains without a new generation', () => {
    const from = aRecord({ readyAt: T0 });
    expect(drain(from, cause, NOW)).toEqual({ ...from, ...cause, intent: 'draining', since: NOW, revision: 10 });
  });

  it('tells of a sleeper since when and why', () => {
    const from = aDrainingRecord();
    expect(layToSleep(from, cause, NOW)).toEqual({
      ...from,
      ...cause,
      intent: 'asleep',
      since: NOW,
      generation: 5,
      voided: 5,
      revision: 10,
      wokenAt: null,
      readyAt: null,
    });
  });

  it('notes what was learned and nothing else', () => {
    const from = aRecord();
    expect(note(from, { readyAt: NOW, bootsMs: [3] })).toEqual({ ...from, readyAt: NOW, bootsMs: [3], revision: 10 });
  });
});

describe('a hold', () => {
  it('leaves a service that is awake already as it is, but for the flag', () => {
    const from = aRecord();
    const hold = aHold();
    expect(pin(from, hold, NOW)).toEqual({ ...from, hold, revision: 10 });
  });

  it.each([
    ['awake', rows.asleep],
    ['awake', rows.draining],
    ['asleep', rows.awake],
    ['asleep', rows.asleep],
  ] as const)('%s says who pinned it and why', (intent, from) => {
    const hold = aHold({ intent });
    expect(pin(from, hold, NOW)).toMatchObject({
      intent,
      hold,
      by: 'olga',
      reason: `held ${intent}: demo`,
      since: NOW,
    });
  });

  it('is lifted without a change of mind', () => {
    const from = aRecord({ hold: aHold() });
    expect(unpin(from)).toEqual({ ...from, hold: null, revision: 10 });
  });

  it.each([
    [-1, true],
    [0, false],
    [1, false],
  ])('is in force until its end: %d ms after it, %s', (afterMs, isInForce) => {
    const hold = aHold();
    expect(holdAt(aRecord({ hold }), hold.until + afterMs)).toEqual(isInForce ? hold : null);
  });

  it('is not in force where there is none', () => {
    expect(holdAt(aRecord(), T0)).toBeNull();
  });
});

describe('adopting a service', () => {
  it.each([1, 5])('takes one that runs %d for awake as of now', (desiredCount) => {
    expect(adopt(anObserved({ desiredCount }), NOW)).toEqual({
      ...aRecord({ generation: 1, voided: 1, revision: 1, since: NOW, wokenAt: NOW, by: 'nightporter' }),
      provenWith: null,
      reason: 'found running',
      createdAt: CREATED,
    });
  });

  it('takes one at zero for asleep', () => {
    expect(adopt(anObserved({ desiredCount: 0 }), NOW)).toMatchObject({
      intent: 'asleep',
      generation: 1,
      voided: 1,
      wokenAt: null,
      reason: 'found at zero',
      by: 'nightporter',
    });
  });

  it('voids the leases of its namesake, and takes over none of its history', () => {
    const before = aRecord({ hold: aHold(), bootsMs: [1], failedTasks: ['a'], readyAt: T0 });
    const after = adoptAnew(before, anObserved({ createdAt: NOW - 1 }), NOW);
    expect(after).toEqual({
      ...adopt(anObserved({ createdAt: NOW - 1 }), NOW),
      generation: 5,
      voided: 5,
      revision: 10,
    });
  });
});

it.each([
  ['awake', true],
  ['draining', true],
  ['asleep', false],
] as const)('a service that is %s wants tasks: %s', (intent, expected) => {
  expect(wantsTasks(rows[intent])).toBe(expected);
});
