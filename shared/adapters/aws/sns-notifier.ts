import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Clock } from '#shared/ports/clock.ts';
import type { Notifier } from '#shared/ports/notifier.ts';

export interface SnsNotifierOptions {
  readonly sns: Pick<SNSClient, 'send'>;
  readonly topicArn: string;
  readonly clock: Clock;
}

const longestSubject = 99;

/**
 * News on a topic: for people an e-mail with a subject that says it, for machines the JSON
 * `{at, event, service, message, details}` and the attributes `event` and `service` to filter by.
 */
export const snsNotifier = ({ sns, topicArn, clock }: SnsNotifierOptions): Notifier => ({
  notify: async ({ event, service, message, details }) => {
    const at = new Date(clock.now()).toISOString();
    await sns.send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: subjectOf(message),
        // Over several lines, because some read it in an e-mail.
        Message: JSON.stringify({ at, event, service, message, details }, undefined, 2),
        MessageAttributes: { event: attribute(event), service: attribute(service) },
      }),
    );
  },
});

/** SNS refuses a subject with anything but printable ASCII, or with 100 characters. */
const subjectOf = (message: string): string => {
  const subject = `Nightporter: ${message}`.replaceAll(/\s+/g, ' ').replaceAll(/[^ -~]/gu, '?');
  return subject.length > longestSubject ? `${subject.slice(0, longestSubject - 3)}...` : subject;
};

const attribute = (value: string) => ({ DataType: 'String', StringValue: value });
