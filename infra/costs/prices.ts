/** What AWS asks, and for what: us-east-1, list prices of 2026 in US dollars, without tax. */
export interface Price {
  readonly usd: number;
  readonly per: string;
  /** AWS's page; the figure was compared with a third party's copy of it, unless it says otherwise. */
  readonly page: string;
  readonly isUnchecked?: true;
}

const page = (service: string): string => `https://aws.amazon.com/${service}/pricing/`;

const fargate = page('fargate');
const cloudwatch = page('cloudwatch');
const balancing = page('elasticloadbalancing');
const waf = page('waf');

const MILLION = 1e-6;

export const PRICES = {
  vcpu: { usd: 0.04048, per: 'vCPU-hour', page: fargate },
  memory: { usd: 0.004445, per: 'GB-hour', page: fargate },
  address: { usd: 0.005, per: 'address-hour', page: page('vpc') },
  natGateway: { usd: 0.045, per: 'hour', page: page('vpc') },
  natTraffic: { usd: 0.045, per: 'GB', page: page('vpc') },
  loadBalancer: { usd: 0.0225, per: 'hour', page: balancing },
  albUnit: { usd: 0.008, per: 'LCU-hour', page: balancing },
  nlbUnit: { usd: 0.006, per: 'NLCU-hour', page: balancing },
  webAcl: { usd: 5, per: 'month', page: waf },
  webAclRule: { usd: 1, per: 'month', page: waf },
  webRequest: { usd: 0.6 * MILLION, per: 'request', page: waf },
  fileSystem: { usd: 0.3, per: 'GB-month', page: page('efs'), isUnchecked: true },
  backup: { usd: 0.05, per: 'GB-month', page: page('backup'), isUnchecked: true },
  secret: { usd: 0.4, per: 'month', page: page('secrets-manager'), isUnchecked: true },
  image: { usd: 0.1, per: 'GB-month', page: page('ecr'), isUnchecked: true },
  /** $0.30 a month, in the hours in which there is a value. */
  metricHour: { usd: 0.3 / 720, per: 'metric-hour', page: cloudwatch },
  metricAsked: { usd: 10 * MILLION, per: 'metric asked for', page: cloudwatch },
  metricPut: { usd: 10 * MILLION, per: 'call', page: cloudwatch, isUnchecked: true },
  alarm: { usd: 0.1, per: 'month', page: cloudwatch },
  compositeAlarm: { usd: 0.5, per: 'month', page: cloudwatch },
  dashboard: { usd: 3, per: 'month', page: cloudwatch },
  logs: { usd: 0.5, per: 'GB', page: cloudwatch },
  logsKept: { usd: 0.03, per: 'GB-month', page: cloudwatch, isUnchecked: true },
  lambda: { usd: 13.3334 * MILLION, per: 'GB-second', page: page('lambda') },
  apiCall: { usd: 3.5 * MILLION, per: 'call', page: page('api-gateway') },
  s3Write: { usd: 5 * MILLION, per: 'write or listing', page: page('s3') },
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof PRICES;
