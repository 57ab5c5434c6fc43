import type { Parameters } from './parameter-file.ts';
import { assumed, type Charge, MONTH_HOURS, of } from './reckoning.ts';

const monthOfHours = of(MONTH_HOURS, 'hours');

export const balancerCharges = ({ NetworkLoadBalancer, RateLimit }: Parameters): readonly Charge[] => {
  const balancers =
    NetworkLoadBalancer === 'true'
      ? ['application load balancer', 'network load balancer']
      : ['application load balancer'];
  const units = { 'application load balancer': 'albUnit', 'network load balancer': 'nlbUnit' } as const;
  return [
    ...balancers.flatMap((what): readonly Charge[] => [
      { what, when: 'standing', factors: [monthOfHours], price: 'loadBalancer' },
      {
        what: `${what}, its addresses in two zones`,
        when: 'standing',
        factors: [of(2, 'addresses'), monthOfHours],
        price: 'address',
      },
    ]),
    ...balancers.map((what): Charge => ({
      what: `${what}, what goes through it`,
      when: 'awake',
      factors: [assumed(1, 'unit')],
      price: units[what as keyof typeof units],
    })),
    ...(RateLimit === undefined
      ? []
      : ([
          { what: 'firewall', when: 'standing', factors: [of(1, 'list')], price: 'webAcl' },
          { what: 'firewall, its rule', when: 'standing', factors: [of(1, 'rule')], price: 'webAclRule' },
          {
            what: 'firewall, what it looks at',
            when: 'awake',
            factors: [assumed(1_000, 'requests an hour')],
            price: 'webRequest',
          },
        ] as const)),
  ];
};

/** One gateway for all of a network's private subnets, whoever else is in them. */
export const gatewayCharges: readonly Charge[] = [
  { what: 'NAT gateway', when: 'standing', factors: [monthOfHours], price: 'natGateway' },
  { what: 'NAT gateway, its address', when: 'standing', factors: [monthOfHours], price: 'address' },
  {
    what: 'NAT gateway, what goes through it',
    when: 'awake',
    factors: [assumed(0.2, 'GB an hour')],
    price: 'natTraffic',
  },
];

/** How much of what CloudWatch charges for stands in an example's observability stack. */
export interface Watched {
  /** An alarm counts as often as it has metrics. */
  readonly alarmMetrics: number;
  readonly compositeAlarms: number;
}

export const watchingCharges = ({ alarmMetrics, compositeAlarms }: Watched): readonly Charge[] => [
  { what: 'alarms, by their metrics', when: 'standing', factors: [of(alarmMetrics, 'metrics')], price: 'alarm' },
  { what: 'composite alarms', when: 'standing', factors: [of(compositeAlarms, 'alarms')], price: 'compositeAlarm' },
  { what: 'dashboard', when: 'standing', factors: [of(1, 'dashboard')], price: 'dashboard' },
];

export const keptCharges = (images: number): readonly Charge[] => [
  {
    what: 'images',
    when: 'standing',
    factors: [of(images, 'images'), assumed(1, 'GB with what they share')],
    price: 'image',
  },
  { what: 'logs that are kept', when: 'standing', factors: [assumed(1, 'GB')], price: 'logsKept' },
  // Of what the network refuses, awake or not.
  { what: 'flow logs', when: 'standing', factors: [assumed(0.1, 'GB')], price: 'logs' },
];

export const secretCharge: Charge = { what: 'secret', when: 'standing', factors: [of(1, 'secret')], price: 'secret' };

export const filesCharges: readonly Charge[] = [
  { what: 'files', when: 'standing', factors: [assumed(5, 'GB')], price: 'fileSystem' },
  { what: 'files, their backups', when: 'standing', factors: [assumed(5, 'GB')], price: 'backup' },
];

/** Jobs that run by themselves, whether somebody is awake or not. */
export const jobCharges = ({ Vcpu = '', Memory = '' }: Parameters): readonly Charge[] => {
  const hours = [assumed(100, 'releases'), assumed(0.1, 'hours each')];
  return [
    { what: 'scoring, processor', when: 'standing', factors: [...hours, of(Number(Vcpu), 'vCPU')], price: 'vcpu' },
    {
      what: 'scoring, memory',
      when: 'standing',
      factors: [...hours, of(Number(Memory) / 1024, 'GB')],
      price: 'memory',
    },
    { what: 'scoring, public address', when: 'standing', factors: hours, price: 'address' },
    { what: 'alarm on events that nobody took', when: 'standing', factors: [of(1, 'metrics')], price: 'alarm' },
  ];
};
