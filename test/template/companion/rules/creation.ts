import { mentioned } from '../../rules/template.ts';
import { items, unless, written, type SourceRule } from './rule.ts';

/** Which wait for somebody outside of AWS, and may wait in vain. */
const MAY_NEVER_COME: readonly string[] = ['AWS::CertificateManager::Certificate'];

const isProtected = (properties: any): boolean =>
  items(properties.LoadBalancerAttributes).some(
    ({ Key, Value }) => Key === 'deletion_protection.enabled' && Value !== 'false',
  );

export const creationRules = {
  'what cannot be taken back is made after what may never come': (template) => {
    const late = MAY_NEVER_COME.flatMap((type) => written(template, type)).map(([id]) => id);
    return written(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer')
      .filter(([, { Properties }]) => isProtected(Properties))
      .flatMap(([id, { Properties, DependsOn = [] }]) =>
        late.flatMap((one) =>
          unless(mentioned(Properties).has(one) || [DependsOn].flat().includes(one), `${id} does not wait for ${one}`),
        ),
      );
  },
} as const satisfies Readonly<Record<string, SourceRule>>;
