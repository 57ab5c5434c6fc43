import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  type ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs';
import { ecsOn } from '../support/clients.ts';

type Tags = Readonly<Record<string, string>>;

/** Services as people deploy them, each in a stack of its own: nothing of the control plane. */
export interface Guests {
  readonly ecs: ECSClient;
  open(): Promise<void>;
  /** A managed service at zero, and its ARN. Where no tag names its endpoint, its health is checked. */
  addService(name: string, tags: Tags): Promise<string>;
  desiredCount(name: string): Promise<number | undefined>;
  stopTask(name: string): Promise<void>;
}

export const guestsOf = (endpoint: string, cluster: string): Guests => {
  const ecs = ecsOn(endpoint);

  const registerTask = (family: string, healthCheck: object) =>
    ecs.send(
      new RegisterTaskDefinitionCommand({
        family,
        requiresCompatibilities: ['FARGATE'],
        networkMode: 'awsvpc',
        cpu: '256',
        memory: '512',
        containerDefinitions: [{ name: 'app', image: 'app', portMappings: [{ containerPort: 8080 }], ...healthCheck }],
      }),
    );

  return {
    ecs,
    open: async () => {
      await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
    },
    addService: async (serviceName, tags) => {
      const isChecked = tags['endpoint'] === undefined;
      await registerTask(serviceName, isChecked ? { healthCheck: { command: ['CMD-SHELL', 'true'] } } : {});
      const { service } = await ecs.send(
        new CreateServiceCommand({
          cluster,
          serviceName,
          taskDefinition: serviceName,
          desiredCount: 0,
          launchType: 'FARGATE',
          networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'], assignPublicIp: 'ENABLED' } },
          tags: Object.entries({ managed: 'true', ...tags }).map(([word, value]) => ({
            key: `nightporter:${word}`,
            value,
          })),
        }),
      );
      return service?.serviceArn ?? '';
    },
    desiredCount: async (name) => {
      const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [name] }));
      return services?.[0]?.desiredCount;
    },
    stopTask: async (serviceName) => {
      const { taskArns } = await ecs.send(new ListTasksCommand({ cluster, serviceName }));
      await ecs.send(new StopTaskCommand({ cluster, task: taskArns?.[0] }));
    },
  };
};
