import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXAMPLES, WATCHED } from '../../infra/costs/examples.ts';
import { costsPage } from '../../infra/costs/page.ts';
import { alwaysOn, assumed, type Charge, monthOf, MONTH_HOURS, of, usdOf } from '../../infra/costs/reckoning.ts';
import { deployed, EXAMPLES as STACK_EXAMPLES, root, type Example } from '../support/cfn/companions.ts';

/** The stacks of one example; some are called after it, some after a part of it. */
const stacksOf = (title: string): readonly Example[] => STACK_EXAMPLES.filter(({ file }) => file.startsWith(title));

const resourcesOf = (examples: readonly Example[], type: string): readonly any[] =>
  examples.flatMap((example) => Object.values(deployed(example).resources)).filter(({ Type }) => Type === type);

const countOf = (title: string, type: string): number => resourcesOf(stacksOf(title), type).length;

/** CloudWatch charges for each metric that an alarm looks at. */
const alarmMetricsOf = (title: string): number =>
  resourcesOf(
    stacksOf(title).filter(({ of: template }) => template === 'observability'),
    'AWS::CloudWatch::Alarm',
  )
    .flatMap(({ Properties }): readonly any[] => Properties.Metrics ?? [{ MetricStat: {} }])
    .filter(({ MetricStat }) => MetricStat !== undefined).length;

const chargesOf = (title: string): readonly Charge[] =>
  EXAMPLES.find((example) => example.title === title)?.charges ?? [];

describe('what the examples cost', () => {
  it('is what docs/costs.md says', () => {
    expect(readFileSync(path.join(root, 'docs/costs.md'), 'utf8')).toBe(costsPage());
  });

  it.each(Object.keys(WATCHED))('counts the alarms that %s has', (example) => {
    expect(WATCHED[example]).toEqual({
      alarmMetrics: alarmMetricsOf(example),
      compositeAlarms: countOf(example, 'AWS::CloudWatch::CompositeAlarm'),
    });
  });

  it.each([
    ['AWS::ElasticLoadBalancingV2::LoadBalancer', 'loadBalancer'],
    ['AWS::WAFv2::WebACL', 'webAcl'],
    ['AWS::WAFv2::WebACL', 'webRequest'],
    ['AWS::EFS::FileSystem', 'fileSystem'],
    ['AWS::EFS::FileSystem', 'backup'],
    ['AWS::CloudWatch::Dashboard', 'dashboard'],
  ] as const)('counts each %s', (type, price) => {
    for (const { title } of EXAMPLES)
      expect(
        chargesOf(title).filter((charge) => charge.price === price),
        title,
      ).toHaveLength(countOf(title, type));
  });
});

describe('what AWS makes or counts by itself', () => {
  it('is counted: two alarms for each policy of a scaler', () => {
    for (const { title } of EXAMPLES) {
      const [alarms] = chargesOf(title)
        .filter(({ what }) => what.endsWith('alarms of its scaler'))
        .map(({ factors }) => factors[0]?.amount);
      expect(alarms ?? 0, title).toBe(2 * countOf(title, 'AWS::ApplicationAutoScaling::ScalingPolicy'));
    }
  });

  it('is counted: each call that puts metrics', () => {
    const puts = STACK_EXAMPLES.filter(({ parameters }) => parameters['PutsMetrics'] === 'true').map(
      ({ file }) => file,
    );
    const counted = EXAMPLES.filter(({ charges }) => charges.some(({ price }) => price === 'metricPut'));
    expect(counted.map(({ title }) => title)).toEqual(puts);
  });

  it('is counted: what flows in the network that all stand on', () => {
    for (const { title } of EXAMPLES) expect(chargesOf(title).map(({ what }) => what)).toContain('flow logs');
  });
});

describe('a reckoning', () => {
  const hourly: Charge = { what: 'a', when: 'awake', factors: [of(2, 'tasks'), assumed(0.5, 'vCPU')], price: 'vcpu' };
  const monthly: Charge = { what: 'b', when: 'standing', factors: [of(3, 'alarms')], price: 'alarm' };
  const porters: Charge = { ...monthly, isPorters: true };

  it('multiplies', () => {
    expect(usdOf(hourly)).toBeCloseTo(0.04048, 10);
    expect(usdOf(monthly)).toBeCloseTo(0.3, 10);
  });

  it('adds what stands all month and the hours awake', () => {
    expect(monthOf([hourly, monthly, porters], 60)).toBeCloseTo(60 * 0.04048 + 0.6, 10);
    expect(monthOf([hourly, monthly], 0)).toBeCloseTo(0.3, 10);
  });

  it('has nothing of Nightporter in what is always on', () => {
    expect(alwaysOn([hourly, monthly, porters])).toBeCloseTo(MONTH_HOURS * 0.04048 + 0.3, 10);
  });
});
