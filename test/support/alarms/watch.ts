import type { SourceResource } from '../cfn/source.ts';
import { alarmRule } from './alarm-rule.ts';
import { metricAlarm, type AlarmState, type MetricAlarmOptions } from './metric-alarm.ts';

/** An alarm that began to ring. */
export interface Ring {
  readonly alarm: string;
  readonly at: number;
}

const METRIC = 'AWS::CloudWatch::Alarm';
const COMPOSITE = 'AWS::CloudWatch::CompositeAlarm';

export interface Watched {
  /** What the names of its alarms begin with. */
  readonly stack: string;
  readonly resources: Readonly<Record<string, SourceResource>>;
}

/** All alarms of a stack, looked at together. */
export const watch = ({ stack, resources }: Watched, options: MetricAlarmOptions) => {
  const of = (type: string) => Object.entries(resources).filter(([, { Type }]) => Type === type);
  const metric = new Map(of(METRIC).map(([id, { Properties }]) => [id, metricAlarm(Properties, options)]));
  const rules = new Map(of(COMPOSITE).map(([id, { Properties }]) => [id, alarmRule(Properties.AlarmRule)]));
  const composite = new Map<string, AlarmState>();
  const rings: Ring[] = [];

  const isLoud = (id: string): boolean => resources[id]?.Properties.ActionsEnabled !== false;

  const stateCalled = (name: string): AlarmState => {
    const alarm = metric.get(name.replace(`${stack}-`, ''));
    if (!alarm) throw new Error(`there is no alarm ${name}`);
    return alarm.state();
  };

  const note = (alarm: string, before: AlarmState | undefined, after: AlarmState, at: number): void => {
    if (before !== 'ALARM' && after === 'ALARM' && isLoud(alarm)) rings.push({ alarm, at });
  };

  return {
    rings,
    /** What rings now. */
    ringing: (): readonly string[] =>
      [...metric]
        .map(([id, alarm]): readonly [string, AlarmState] => [id, alarm.state()])
        .concat([...composite])
        .filter(([id, state]) => state === 'ALARM' && isLoud(id))
        .map(([id]) => id),
    look: (now: number): void => {
      for (const [id, alarm] of metric) note(id, alarm.state(), alarm.look(now), now);
      for (const [id, rule] of rules) {
        const after = rule(stateCalled) ? 'ALARM' : 'OK';
        note(id, composite.get(id), after, now);
        composite.set(id, after);
      }
    },
  };
};
