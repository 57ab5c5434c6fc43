import { describe, expect, it } from 'vitest';
import { BadParameters } from '../../support/cfn/parameters.ts';
import { deploy, RuleBroken, type DeployOptions } from '../../support/cfn/deployed.ts';
import { parseTemplate } from '../../support/cfn/source.ts';

const made = (text: string, options: Partial<DeployOptions> = {}) =>
  deploy({ template: parseTemplate(text), stack: 'here', ...options });

/** The one property of a template that has one parameter and one resource. */
const property = (value: string, options: Partial<DeployOptions> = {}, more = ''): unknown =>
  made(
    `Parameters: {Name: {Type: String, Default: ada}, Names: {Type: CommaDelimitedList, Default: 'a, b'}}
Conditions: {IsAda: !Equals [!Ref Name, ada], IsBob: !Not [{Condition: IsAda}]}
${more}
Resources:
  Queue: {Type: 'AWS::SQS::Queue'}
  Bobs: {Type: 'AWS::SQS::Queue', Condition: IsBob}
  One: {Type: 'Any::Thing', Properties: {It: ${value}}}`,
    options,
  ).resources['One']?.Properties['It'];

describe('a value of a template', () => {
  it.each<[string, unknown]>([
    ['plain', 'plain'],
    ['!Ref Name', 'ada'],
    ['{Ref: Name}', 'ada'],
    ['!Ref Names', ['a', 'b']],
    ["!Sub '${Name} in ${AWS::Region}'", 'ada in eu-central-1'],
    ["!Sub ['${What}-${Name}', {What: !Ref Name}]", 'ada-ada'],
    ["!Sub '${!Name}'", '${Name}'],
    ["!Join [',', !Ref Names]", 'a,b'],
    ["!Select [1, !Split ['/', 'x/y']]", 'y'],
    ['!If [IsAda, 1, 2]', 1],
    ['!If [IsBob, 1, [!Ref Name]]', ['ada']],
    ['[1, !If [IsBob, 2, !Ref AWS::NoValue]]', [1]],
    ['!GetAtt Queue.Arn', 'arn:aws:sqs:eu-central-1:123456789012:here-Queue'],
    ["!Sub '${Queue.Arn}/x'", 'arn:aws:sqs:eu-central-1:123456789012:here-Queue/x'],
    ['!FindInMap [Sizes, !Ref Name, small]', '256'],
    ['{Condition: {StringEquals: {a: b}}}', { Condition: { StringEquals: { a: 'b' } } }],
  ])('is filled in: %s', (value, expected) => {
    expect(property(value, {}, 'Mappings: {Sizes: {ada: {small: "256"}}}')).toEqual(expected);
  });

  it('is not there where it has no value', () => {
    expect(
      made('Resources: {One: {Type: T, Properties: {It: !Ref AWS::NoValue}}}').resources['One']?.Properties,
    ).toEqual({});
  });

  it.each([
    '!Ref Nobody',
    '!Ref Bobs',
    '!GetAtt Bobs.Arn',
    "!Sub '${Nobody}'",
    "!Sub '${Names}'",
    '!If [Nobody, 1, 2]',
    '!Select [2, !Ref Names]',
    '!ImportValue nothing',
    '!FindInMap [Sizes, bob, small]',
    '{Fn::Length: !Ref Names}',
    '!GetAtt One.Arn',
  ])('is a mistake: %s', (value) => {
    expect(() => property(value, {}, 'Mappings: {Sizes: {ada: {small: "256"}}}')).toThrow();
  });

  it('comes from another stack under the name that it is exported as', () => {
    const { exports } = made(
      "Resources: {}\nOutputs: {Id: {Value: vpc-1, Export: {Name: !Sub '${AWS::StackName}-VpcId'}}}",
      {
        stack: 'network',
      },
    );
    expect(property("!ImportValue {Fn::Sub: '${Name}-VpcId'}", { exports, parameters: { Name: 'network' } })).toBe(
      'vpc-1',
    );
  });

  it('knows no tag that CloudFormation does not', () => {
    expect(() => parseTemplate('Resources: !Include x.yml')).toThrow('!Include');
    expect(() => parseTemplate('A: &a 1\nB: *a')).toThrow('aliases');
    expect(() => parseTemplate('A: 1\nA: 2')).toThrow();
  });
});

describe('a parameter', () => {
  const give = (parameter: string, value: string) => () =>
    made(`Parameters: {It: ${parameter}}\nResources: {}`, { parameters: { It: value } }).values['It'];

  it.each([
    ["{Type: String, AllowedPattern: 'a+'}", 'aa', 'ba'],
    ["{Type: String, AllowedPattern: '|a+'}", '', 'b'],
    ["{Type: String, AllowedValues: ['true', 'false']}", 'true', 'yes'],
    ['{Type: String, AllowedValues: [256, 512]}', '256', '257'],
    ['{Type: String, MinLength: 1}', 'a', ''],
    ['{Type: String, MaxLength: 2}', 'ab', 'abc'],
    ['{Type: Number, MinValue: 1, MaxValue: 10}', '10', '11'],
    ['{Type: Number, MinValue: 1}', '1', '0'],
    ['{Type: Number}', '1.5', ''],
    ['{Type: CommaDelimitedList, AllowedPattern: "a+"}', 'a, aa', 'a,b'],
    ['{Type: AWS::EC2::VPC::Id}', 'vpc-1', ''],
    ['{Type: List<AWS::EC2::Subnet::Id>}', 'subnet-1,subnet-2', ''],
  ])('%s takes "%s", and not "%s"', (parameter, good, bad) => {
    expect(give(parameter, good)()).toBe(good);
    expect(give(parameter, bad)).toThrow(BadParameters);
  });

  it('has to be there, unless it has a default', () => {
    expect(() => made('Parameters: {It: {Type: String}}\nResources: {}')).toThrow('It is missing');
    expect(made('Parameters: {It: {Type: Number, Default: 1}}\nResources: {}').values).toEqual({ It: '1' });
  });

  it('has to be the template’s', () => {
    expect(() => made('Resources: {}', { parameters: { It: '1' } })).toThrow('there is no parameter It');
  });

  it('has to have a default that it would take', () => {
    expect(() => made('Parameters: {It: {Type: String, Default: b, AllowedPattern: a}}\nResources: {}')).toThrow(
      BadParameters,
    );
  });
});

describe('a rule of a template', () => {
  const text = `Parameters: {A: {Type: String, Default: ''}, B: {Type: String, Default: ''}}
Rules:
  OneOfThem:
    Assertions: [{Assert: !Or [!Not [!Equals [!Ref A, '']], !Not [!Equals [!Ref B, '']]], AssertDescription: Give A or B}]
  NeverBob:
    RuleCondition: !Equals [!Ref A, bob]
    Assertions: [{Assert: {Fn::Contains: [[x, y], !Ref B]}, AssertDescription: bob needs x or y}]
Resources: {}`;
  const give = (parameters: Record<string, string>) => () => made(text, { parameters }).stack;

  it.each([[{ A: 'ada' }], [{ B: 'z' }], [{ A: 'bob', B: 'x' }]])('lets pass %j', (parameters) => {
    expect(give(parameters)()).toBe('here');
  });

  it('says what it refuses', () => {
    expect(give({})).toThrow(new RuleBroken('Give A or B'));
    expect(give({ A: 'bob', B: 'z' })).toThrow('bob needs x or y');
  });

  it('asks nothing but parameters', () => {
    const asking = (what: string) => () =>
      made(`Rules: {R: {Assertions: [{Assert: ${what}}]}}\nConditions: {C: !Equals [a, a]}
Resources: {Q: {Type: 'AWS::SQS::Queue'}}`);
    expect(asking('{Condition: C}')).toThrow();
    expect(asking('!Equals [!GetAtt Q.Arn, x]')).toThrow();
  });
});

describe('a stack', () => {
  it('has what its conditions let it have', () => {
    const text = `Parameters: {IsThere: {Type: String, Default: 'no'}}
Conditions: {There: !Equals [!Ref IsThere, 'yes']}
Resources: {Q: {Type: 'AWS::SQS::Queue', Condition: There}, R: {Type: 'AWS::SQS::Queue'}}
Outputs: {Q: {Condition: There, Value: !GetAtt Q.Arn}}`;
    expect(Object.keys(made(text).resources)).toEqual(['R']);
    expect(made(text).outputs).toEqual({});
    const whole = made(text, { parameters: { IsThere: 'yes' } });
    expect(Object.keys(whole.resources)).toEqual(['Q', 'R']);
    expect(whole.outputs['Q']).toContain(':here-Q');
  });

  it('has another revision of a task definition for everything that changes in it', () => {
    const text = `Parameters: {Cpu: {Type: String, Default: '256'}}
Resources: {Task: {Type: 'AWS::ECS::TaskDefinition', Properties: {Family: f, Cpu: !Ref Cpu}}}
Outputs: {Task: {Value: !Ref Task}}`;
    const task = (Cpu: string): string | undefined => made(text, { parameters: { Cpu } }).outputs['Task'];
    expect(task('256')).toBe(task('256'));
    expect(task('256')).not.toBe(task('512'));
  });
});
