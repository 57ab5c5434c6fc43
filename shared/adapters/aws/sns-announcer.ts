import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Announcer } from '#shared/ports/announcer.ts';
import { translating } from './sdk-errors.ts';

export interface SnsAnnouncerOptions {
  readonly sns: Pick<SNSClient, 'send'>;
  readonly topicArn: string;
}

/** The announcement as JSON on a topic, with the attributes `type` and `developer` to filter by. */
export const snsAnnouncer = ({ sns, topicArn }: SnsAnnouncerOptions): Announcer => ({
  announce: async (announcement) => {
    const { type, developer } = announcement;
    await translating(
      sns.send(
        new PublishCommand({
          TopicArn: topicArn,
          Message: JSON.stringify(announcement),
          MessageAttributes: { type: attribute(type), developer: attribute(developer) },
        }),
      ),
    );
  },
});

const attribute = (value: string) => ({ DataType: 'String', StringValue: value });
