import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../../support/cfn/source.ts';
import { filledIn } from './filled-in.ts';
import { leavingOut } from './left-out.ts';

const TEMPLATE = parseTemplate(`
Parameters: {Name: {Type: String, Default: ada}}
Conditions: {IsAda: !Equals [!Ref Name, ada], IsBob: !Equals [!Ref Name, bob]}
Resources:
  Gone: {Type: 'Any::Gone', Properties: {}}
  Bobs: {Type: 'Any::Thing', Condition: IsBob, Properties: {}}
  Role: {Type: 'Any::Role', Properties: {}}
  Thing:
    Type: Any::Thing
    Condition: IsAda
    DependsOn: [Gone, Role]
    Properties:
      Ref: {Value: !Ref Gone}
      Arn: !GetAtt Gone.Arn
      Text: !Sub '\${Name}/\${Gone}/\${Gone.Arn}/\${Role.Arn}'
      With: !Sub ['\${Gone}-\${It}', {It: !GetAtt Gone.Id}]
      List: [!If [IsBob, !Ref Gone, !Ref Role]]
      Literal: '\${aws:username} <\${Name}>'
Outputs: {Arn: {Value: !GetAtt Gone.Arn}, Name: {Value: !Ref Name, Export: {Name: !Sub '\${AWS::StackName}-Name'}}}
`);

const ARN = 'arn:aws:left:eu-central-1:000000000000:out/Gone';

describe('a template from which a kind is left out', () => {
  const left = leavingOut(TEMPLATE, ['Any::Gone']);

  it('has the rest, with stand-ins where it spoke of what is gone', () => {
    expect(Object.keys(left.Resources)).toEqual(['Bobs', 'Role', 'Thing']);
    expect(left.Resources['Thing']).toEqual({
      Type: 'Any::Thing',
      Condition: 'IsAda',
      DependsOn: ['Role'],
      Properties: {
        Ref: { Value: 'left-out-Gone' },
        Arn: ARN,
        Text: { 'Fn::Sub': `\${Name}/left-out-Gone/${ARN}/\${Role.Arn}` },
        With: { 'Fn::Sub': ['left-out-Gone-${It}', { It: 'left-out-Gone' }] },
        List: [{ 'Fn::If': ['IsBob', 'left-out-Gone', { Ref: 'Role' }] }],
        Literal: '${aws:username} <${Name}>',
      },
    });
    expect(left.Outputs['Arn']).toEqual({ Value: ARN });
  });

  it('is the same if nothing is', () => {
    expect(leavingOut(TEMPLATE, [])).toEqual({
      ...TEMPLATE,
      Resources: { ...TEMPLATE.Resources, Thing: { ...TEMPLATE.Resources['Thing'], DependsOn: ['Gone', 'Role'] } },
    });
  });
});

describe('a template that is filled in', () => {
  it('has what is there, and leaves open only what its resources will be called', () => {
    const filled = filledIn(leavingOut(TEMPLATE, ['Any::Gone']), { stack: 'here', parameters: {}, exports: new Map() });
    expect(Object.keys(filled.Resources)).toEqual(['Role', 'Thing']);
    expect(filled.Resources['Thing']?.Properties).toMatchObject({
      Text: { 'Fn::Sub': `ada/left-out-Gone/${ARN}/\${Role.Arn}` },
      With: 'left-out-Gone-left-out-Gone',
      List: [{ Ref: 'Role' }],
      Literal: '${aws:username} <${Name}>',
    });
    expect(filled.Outputs['Name']).toEqual({ Value: 'ada', Export: { Name: 'here-Name' } });
  });
});
