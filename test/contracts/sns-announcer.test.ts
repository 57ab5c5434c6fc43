import type { PublishCommand, PublishCommandInput } from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { snsAnnouncer } from '#shared/adapters/aws/sns-announcer.ts';
import type { Announcement } from '#shared/domain/registry/promotion.ts';
import { throttling } from '../support/sim-aws/account.ts';

const topicArn = 'arn:aws:sns:eu-central-1:123456789012:packages';
const published: Announcement = {
  type: 'package.published',
  id: 'ab'.repeat(32),
  developer: 'acme',
  name: 'echo',
  version: '1.4.2',
  sha256: 'cd'.repeat(32),
  size: 1234,
  key: 'packages/acme/echo/1.4.2/package.apkg',
  at: '2026-11-20T10:00:00.000Z',
};

/** A topic that keeps what is published, or refuses it. */
const topic = (refusal?: Error) => {
  const messages: PublishCommandInput[] = [];
  const send = async ({ input }: PublishCommand): Promise<void> => {
    if (refusal) throw refusal;
    messages.push(input);
  };
  return { announcer: snsAnnouncer({ sns: { send } as never, topicArn }), messages };
};

describe('an announcement on a topic', () => {
  it('is one message as JSON, with the type and the developer to filter by', async () => {
    const { announcer, messages } = topic();
    await announcer.announce(published);
    expect(messages).toMatchObject([
      {
        TopicArn: topicArn,
        MessageAttributes: {
          type: { DataType: 'String', StringValue: 'package.published' },
          developer: { DataType: 'String', StringValue: 'acme' },
        },
      },
    ]);
    expect(JSON.parse(messages[0]?.Message ?? '')).toEqual(published);
  });

  it('that cannot be handed over rejects, so that it is announced again', async () => {
    const outage = new Error('no answer');
    await expect(topic(outage).announcer.announce(published)).rejects.toBe(outage);
  });

  it('that comes at the wrong moment is throttled', async () => {
    await expect(topic(throttling()).announcer.announce(published)).rejects.toMatchObject({ code: 'throttled' });
  });
});
