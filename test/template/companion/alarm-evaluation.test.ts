import { describe, expect, it } from 'vitest';
import { alarmRule } from '../../support/alarms/alarm-rule.ts';
import { datapoints, statisticOf } from '../../support/alarms/datapoints.ts';
import { metricAlarm, type AlarmState } from '../../support/alarms/metric-alarm.ts';
import { metricMath } from '../../support/alarms/metric-math.ts';
import { MINUTE, T0 } from '../../support/virtual-clock.ts';

describe('metric math', () => {
  const values: Readonly<Record<string, number>> = { a: 6, b: 3, zero: 0 };
  it.each<[string, number | undefined]>([
    ['a', 6],
    ['a + b * 2', 12],
    ['(a + b) * 2', 18],
    ['a - b - 1', 2],
    ['a / zero', undefined],
    ['nothing', undefined],
    ['a + nothing', undefined],
    ['FILL(nothing, 0) + a', 6],
    ['FILL(a, 0)', 6],
    ['IF(a > b, 1, 2)', 1],
    ['IF(a < b, 1, 2)', 2],
    ['IF(zero, 1, 2)', 2],
    ['IF(nothing, 1, 2)', undefined],
    ['IF(zero > 0, a / zero, 0)', 0],
    ['100 * a / (a + b) / (100 - 99.5)', (100 * 6) / 9 / 0.5],
  ])('%s', (expression, expected) => {
    expect(metricMath(expression)((id) => values[id])).toBe(expected);
  });

  it.each(['a +', '(a', 'a b', 'RATE(a)', 'a $ b', 'IF(a'])('does not guess: %s', (expression) => {
    expect(() => metricMath(expression)).toThrow();
  });
});

describe('a statistic', () => {
  it.each([
    ['Minimum', 1],
    ['Maximum', 9],
    ['Sum', 20],
    ['Average', 4],
    ['SampleCount', 5],
    ['p50', 3],
    ['p95', 9],
    ['PR(:4)', 80],
    ['PR(:0)', 0],
  ])('%s', (name, expected) => {
    expect(statisticOf(name, [4, 1, 9, 3, 3])).toBe(expected);
    expect(statisticOf(name, [])).toBeUndefined();
  });

  it('that nobody knows is a mistake', () => {
    expect(() => statisticOf('Median', [1])).toThrow();
  });
});

describe('the rule of a composite alarm', () => {
  const states: Readonly<Record<string, AlarmState>> = { on: 'ALARM', off: 'OK', new: 'INSUFFICIENT_DATA' };
  it.each<[string, boolean]>([
    ['ALARM("on")', true],
    ['ALARM("off")', false],
    ['ALARM("new")', false],
    ['OK("new")', false],
    ['ALARM("on") AND ALARM("off")', false],
    ['ALARM("off") OR ALARM("on") AND OK("off")', true],
    ['(ALARM("on") OR ALARM("off")) AND NOT OK("off")', false],
  ])('%s', (rule, expected) => {
    expect(alarmRule(rule)((name) => states[name] as AlarmState)).toBe(expected);
  });

  it.each(['', 'ALARM(on)', 'ALARM("on") ALARM("off")', '(ALARM("on")', 'AND'])('does not guess: %s', (rule) => {
    expect(() => alarmRule(rule)).toThrow();
  });
});

/** Minutes, the oldest first: above the threshold, below it, or nothing. */
type Minutes = string;

const METRIC = { namespace: 'N', name: 'M', dimensions: { D: 'd' } };
const PROPERTIES = {
  Namespace: 'N',
  MetricName: 'M',
  Dimensions: [{ Name: 'D', Value: 'd' }],
  Statistic: 'Average',
  Period: 60,
  EvaluationPeriods: 3,
  Threshold: '5',
  ComparisonOperator: 'GreaterThanThreshold',
  TreatMissingData: 'notBreaching',
};

const after = (minutes: Minutes, properties: object, more = 2): AlarmState => {
  const data = datapoints();
  const alarm = metricAlarm({ ...PROPERTIES, ...properties }, { data, more });
  for (const [index, minute] of minutes.split('').entries()) {
    if (minute !== '-') data.put(METRIC, T0 + index * MINUTE, [minute === 'X' ? 9 : 1]);
    alarm.look(T0 + (index + 1) * MINUTE);
  }
  return alarm.state();
};

describe('an alarm on a metric', () => {
  it.each<[Minutes, Readonly<Record<string, AlarmState>>]>([
    // Enough of them are real: how missing ones are treated does not matter.
    ['0-X-X0', { notBreaching: 'OK', breaching: 'OK' }],
    ['XX--X', { notBreaching: 'ALARM', breaching: 'ALARM' }],
    ['0-0-X', { notBreaching: 'OK', breaching: 'OK' }],
    // Too few of them are: the others are made up.
    ['---XX', { notBreaching: 'OK', breaching: 'ALARM' }],
    ['----0', { notBreaching: 'OK', breaching: 'OK' }],
    ['-----', { notBreaching: 'OK', breaching: 'ALARM' }],
    ['XXX-----', { notBreaching: 'OK', breaching: 'ALARM' }],
  ])('makes of %s what CloudWatch says', (minutes, expected) => {
    for (const [TreatMissingData, state] of Object.entries(expected)) {
      expect([TreatMissingData, after(minutes, { TreatMissingData })]).toEqual([TreatMissingData, state]);
    }
  });

  it.each<[Minutes, AlarmState]>([
    ['-', 'INSUFFICIENT_DATA'],
    ['X', 'ALARM'],
    ['X-----------', 'ALARM'],
    ['X----0------', 'OK'],
    ['0----X------', 'ALARM'],
  ])('that ignores silence stays as it was: %s', (minutes, expected) => {
    expect(after(minutes, { TreatMissingData: 'ignore', EvaluationPeriods: 1 })).toBe(expected);
  });

  it('rings for some of several periods, where that is asked', () => {
    expect(after('X0X', { DatapointsToAlarm: 2 })).toBe('ALARM');
    expect(after('X00', { DatapointsToAlarm: 2 })).toBe('OK');
  });

  it('looks at the last minutes, not at those of the clock', () => {
    const properties = { Period: 180, EvaluationPeriods: 1, Statistic: 'Sum', Threshold: 15 };
    expect(after('00XX', properties, 0)).toBe('ALARM');
    expect(after('00XX00', properties, 0)).toBe('OK');
  });

  it('knows nothing yet of what has not arrived', () => {
    const data = datapoints();
    const alarm = metricAlarm({ ...PROPERTIES, EvaluationPeriods: 1 }, { data, more: 3 });
    data.put(METRIC, T0, [9], 2 * MINUTE);
    expect(alarm.look(T0 + MINUTE)).toBe('OK');
    expect(alarm.look(T0 + 2 * MINUTE)).toBe('ALARM');
  });

  it('is of its own dimensions, all of them', () => {
    const other = { ...PROPERTIES, Dimensions: [], EvaluationPeriods: 1 };
    expect(after('X', other)).toBe('OK');
  });

  it.each([
    [{ ComparisonOperator: 'Above' }],
    [{ TreatMissingData: 'ignore' }],
    [
      {
        Metrics: [
          { Id: 'a', Expression: '1' },
          { Id: 'b', Expression: '2' },
        ],
      },
    ],
  ])('that cannot be judged is a mistake: %j', (properties) => {
    expect(() => after('X', properties)).toThrow();
  });
});
