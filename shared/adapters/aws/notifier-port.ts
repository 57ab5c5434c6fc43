import type { Notifier } from '#shared/ports/notifier.ts';
import { snsClient } from './clients.ts';
import type { AwsCorePorts } from './core-ports.ts';
import { snsNotifier } from './sns-notifier.ts';

/** For the functions that have news for people. */
export const notifierPort = (
  { NEWS_TOPIC_ARN }: { readonly NEWS_TOPIC_ARN: string },
  { clock, connections }: Pick<AwsCorePorts, 'clock' | 'connections'>,
): Notifier => snsNotifier({ sns: snsClient(connections), topicArn: NEWS_TOPIC_ARN, clock });
