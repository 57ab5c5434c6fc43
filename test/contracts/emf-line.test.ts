import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMetricLine } from '#shared/adapters/local/emf-line.ts';

const DEPTH = '"_aws":{"CloudWatchMetrics":[{"Namespace":"Demo","Metrics":[{"Name":"Depth"}]}]}';

describe('a metric line', () => {
  it('may be whatever a service prints: reading it never fails', () => {
    const names = fc.oneof(fc.jsonValue(), fc.constantFrom('Depth', 'toString', '__proto__', '_aws'));
    const directive = fc.record({
      Namespace: fc.oneof(fc.string(), fc.jsonValue()),
      Dimensions: fc.oneof(fc.array(fc.oneof(fc.array(names), names)), fc.jsonValue()),
      Metrics: fc.oneof(fc.array(fc.oneof(fc.record({ Name: names }), fc.jsonValue())), fc.jsonValue()),
    });
    const aws = fc.record({ Timestamp: fc.jsonValue(), CloudWatchMetrics: fc.oneof(fc.array(directive), names) });
    const document = fc.record({ _aws: fc.oneof(aws, fc.jsonValue()), Depth: fc.jsonValue() });
    fc.assert(fc.property(document, (printed) => void parseMetricLine(JSON.stringify(printed))));
  });

  it.each([
    ['words', 'hello'],
    ['half a line', '{"_aws":{"CloudWatchMetrics":['],
    ['no object', '{"_aws":7}'],
    ['no list', '{"_aws":{"CloudWatchMetrics":{}}}'],
    ['no names', '{"_aws":{"CloudWatchMetrics":[{"Namespace":"Demo","Metrics":[null,7,{}]}]}}'],
    ['no value', `{${DEPTH}}`],
    ['a value that is no number', `{${DEPTH},"Depth":"many"}`],
    ['an empty array', `{${DEPTH},"Depth":[]}`],
    ['another list', '[{"_aws":{}}]'],
  ])('is ignored when malformed: %s', (_, malformed) => {
    expect(parseMetricLine(malformed)).toEqual([]);
  });

  it.each([
    ['a name that cannot be made a string', '{"toString":1}', '0', '[[]]'],
    [
      'a value nested deeper than the stack',
      '"Deep"',
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      '[[["Deep",null]]]',
    ],
  ])('has no dimension of %s', (_, name, deep, dimensions) => {
    const directive = `{"Namespace":"Demo","Dimensions":[[${name}]],"Metrics":[{"Name":"Depth"}]}`;
    const line = `{"_aws":{"CloudWatchMetrics":[${directive}]},"Depth":1,"Deep":${deep}}`;
    expect(parseMetricLine(line)).toEqual([{ namespace: 'Demo', name: 'Depth', dimensions, value: 1, at: null }]);
  });
});
