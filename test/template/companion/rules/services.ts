import { parsePolicy } from '#shared/domain/idle/policy.ts';
import type { Deployed } from '../../../support/cfn/deployed.ts';
import { referenceTo } from '../../../support/cfn/physical.ts';
import { listed } from '../../rules/template.ts';
import { made, unless, type StackRule } from './rule.ts';
import { containers } from './tasks.ts';

const tagsOf = ({ Properties }: { readonly Properties: any }): Readonly<Record<string, string>> =>
  Object.fromEntries((Properties.Tags ?? []).map(({ Key, Value }: any) => [Key, String(Value)]));

/** A service's policy, as the control plane reads it. */
const policyOf = (tags: Readonly<Record<string, string>>) =>
  parsePolicy(
    Object.fromEntries(
      Object.entries(tags)
        .filter(([key]) => key.startsWith('nightporter:'))
        .map(([key, value]) => [key.replace('nightporter:', ''), value]),
    ),
  );

/** The load balancers of a stack are of another one, or named by parameters: what counts is what each group hangs on. */
const hangings = (deployed: Deployed): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>();
  const note = (actions: unknown, id: string): void => {
    for (const { TargetGroupArn } of listed<any>(actions as any))
      if (TargetGroupArn) found.set(TargetGroupArn, [...(found.get(TargetGroupArn) ?? []), id]);
  };
  for (const [id, { Properties }] of made(deployed, 'AWS::ElasticLoadBalancingV2::ListenerRule'))
    note(Properties.Actions, id);
  for (const [id, { Properties }] of made(deployed, 'AWS::ElasticLoadBalancingV2::Listener'))
    note(Properties.DefaultActions, id);
  return found;
};

const ports = (deployed: Deployed): readonly string[] =>
  containers(deployed).flatMap(({ definition }) =>
    (definition.PortMappings ?? []).map(({ ContainerPort }: any) => String(ContainerPort)),
  );

const services = (deployed: Deployed) => made(deployed, 'AWS::ECS::Service');

export const serviceRules = {
  'the control plane reads every tag of a service': (deployed) =>
    services(deployed).flatMap(([id, resource]) => {
      const tags = tagsOf(resource);
      return [
        ...policyOf(tags).problems.map(({ tag, value, expected }) => `${id}: ${tag}=${value} is not ${expected}`),
        ...Object.entries(tags)
          .filter(([, value]) => !/^[\p{L}\p{N}\p{Z} +\-=._:/@]{1,256}$/u.test(value))
          .map(([key]) => `${id}: no tag of AWS can hold ${key}`),
        ...unless(['true', undefined].includes(tags['nightporter:managed']), `${id} is neither managed nor not`),
      ];
    }),

  'awake it scales as far as its target goes': (deployed) =>
    made(deployed, 'AWS::ApplicationAutoScaling::ScalableTarget').flatMap(([id, { Properties }]) =>
      services(deployed).flatMap(([, service]) => {
        const { wakeCount, max } = policyOf(tagsOf(service)).policy;
        return [
          ...unless(
            Number(Properties.MaxCapacity) === max,
            `${id} goes to ${Properties.MaxCapacity}, and awake to ${max}`,
          ),
          ...unless(wakeCount < max, `${id} has nothing to scale`),
          ...unless(Properties.MinCapacity === 0, `${id} lifts a sleeper`),
        ];
      }),
    ),

  'a service waits for what its target groups hang on': (deployed) =>
    services(deployed).flatMap(([id, { Properties }]) =>
      (Properties.LoadBalancers ?? []).flatMap(({ TargetGroupArn, ContainerPort }: any) => {
        const hooks = hangings(deployed).get(TargetGroupArn) ?? [];
        return [
          ...unless(hooks.length > 0, `${id}: ${TargetGroupArn} hangs on nothing`),
          ...hooks
            .filter((hook) => !deployed.waitsFor.get(id)?.has(hook))
            .map((hook) => `${id} does not wait for ${hook}`),
          ...unless(ports(deployed).includes(String(ContainerPort)), `${id}: nobody listens on ${ContainerPort}`),
        ];
      }),
    ),

  'a service behind a load balancer gets time to come up, and no other has any': (deployed) =>
    services(deployed).flatMap(([id, { Properties }]) => [
      ...unless(
        (Properties.LoadBalancers ?? []).length > 0 === (Properties.HealthCheckGracePeriodSeconds !== undefined),
        `${id} has a grace period, or needs one`,
      ),
    ]),

  'a deployment that fails goes back': (deployed) =>
    services(deployed)
      .filter(([, { Properties }]) => {
        const { Enable, Rollback } = Properties.DeploymentConfiguration?.DeploymentCircuitBreaker ?? {};
        return Enable !== true || Rollback !== true;
      })
      .map(([id]) => `${id} goes on failing`),

  'a service is of the one controller that is looked after': (deployed) =>
    services(deployed)
      .filter(
        ([, { Properties }]) =>
          ![undefined, 'ECS'].includes(Properties.DeploymentController?.Type) ||
          Properties.SchedulingStrategy === 'DAEMON',
      )
      .map(([id]) => `${id} is somebody else’s`),

  'a port is open to those who are meant, and to nobody else': (deployed) => {
    const rules = made(deployed, 'AWS::EC2::SecurityGroup').flatMap(([id, { Properties }]) =>
      (Properties.SecurityGroupIngress ?? []).map((rule: any) => [id, rule] as const),
    );
    const isTask = (id: string): boolean =>
      services(deployed).some(([, { Properties }]) =>
        listed<any>(Properties.NetworkConfiguration?.AwsvpcConfiguration?.SecurityGroups).some(
          (group) => group === referenceTo({ stack: deployed.stack, id, resource: deployed.resources[id]! }),
        ),
      );
    return rules.flatMap(([id, { CidrIp, SourceSecurityGroupId, FromPort, ToPort }]) => [
      ...unless((CidrIp === undefined) !== (SourceSecurityGroupId === undefined), `${id} lets in whoever it is`),
      ...unless(CidrIp !== '0.0.0.0/0', `${id} lets everybody in`),
      ...unless(String(FromPort) === String(ToPort), `${id} opens more than a port`),
      ...unless(
        !isTask(id) || ports(deployed).includes(String(FromPort)),
        `${id} opens ${FromPort}, where nobody listens`,
      ),
    ]);
  },

  'tasks carry the tags of their service, or none': (deployed) =>
    services(deployed)
      .filter(([, { Properties }]) => ![undefined, 'SERVICE'].includes(Properties.PropagateTags))
      .map(([id]) => `${id} has other tags on its tasks`),
} as const satisfies Readonly<Record<string, StackRule>>;
