import type { PublishCommand, PublishCommandInput } from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { snsNotifier } from '#shared/adapters/aws/sns-notifier.ts';
import type { Notification } from '#shared/ports/notifier.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const topicArn = 'arn:aws:sns:eu-central-1:123456789012:news';
const news: Notification = {
  event: 'service.failing',
  service: 'crash',
  message: 'crash does not start',
  details: { count: 3 },
};

/** A topic that keeps what is published, or refuses it. */
const topic = (refusal?: Error) => {
  const published: PublishCommandInput[] = [];
  const send = async ({ input }: PublishCommand): Promise<void> => {
    if (refusal) throw refusal;
    published.push(input);
  };
  const notifier = snsNotifier({ sns: { send } as never, topicArn, clock: virtualClock(Date.UTC(2026, 0, 2)) });
  return { notifier, published };
};

const subjectOf = async (message: string): Promise<string | undefined> => {
  const { notifier, published } = topic();
  await notifier.notify({ ...news, message });
  return published[0]?.Subject;
};

describe('news on a topic', () => {
  it('are one message that machines can parse and filter', async () => {
    const { notifier, published } = topic();
    await notifier.notify(news);
    expect(published).toMatchObject([
      {
        TopicArn: topicArn,
        MessageAttributes: {
          event: { DataType: 'String', StringValue: 'service.failing' },
          service: { DataType: 'String', StringValue: 'crash' },
        },
      },
    ]);
    expect(JSON.parse(published[0]?.Message ?? '')).toEqual({ at: '2026-01-02T00:00:00.000Z', ...news });
  });

  it.each([
    ['says what happened', 'crash does not start', 'Nightporter: crash does not start'],
    ['is one line', 'crash\r\nBcc:\tall\n\nend', 'Nightporter: crash Bcc: all end'],
    ['is ASCII, one sign for each that is not', 'gr\u00fcn \u{1f6cc} \u0007.', 'Nightporter: gr?n ? ?.'],
    ['may have 99 characters', 'x'.repeat(86), `Nightporter: ${'x'.repeat(86)}`],
    ['is cut at 100', 'x'.repeat(87), `Nightporter: ${'x'.repeat(83)}...`],
    ['is something even when there is nothing to say', '', 'Nightporter: '],
  ])('have a subject that %s', async (_, message, subject) => {
    expect(await subjectOf(message)).toBe(subject);
  });

  it('are not lost silently: what the topic refuses fails', async () => {
    const { notifier } = topic(new Error('no such topic'));
    await expect(notifier.notify(news)).rejects.toThrow('no such topic');
  });
});
