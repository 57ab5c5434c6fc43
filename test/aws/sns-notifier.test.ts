import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { snsNotifier } from '#shared/adapters/aws/sns-notifier.ts';
import { T0, virtualClock } from '../support/virtual-clock.ts';
import { snsOn, sqsOn } from './support/clients.ts';

const sns = snsOn(inject('motoUrl'));
const sqs = sqsOn(inject('motoUrl'));
const clock = virtualClock(T0);
const news = {
  event: 'service.failing',
  service: 'crash',
  message: 'crash does not start \u{1f6cc}',
  details: { count: 3 },
};

const newTopic = async (): Promise<string> => {
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: `news-${randomUUID()}` }));
  return TopicArn;
};

/** A subscriber's view: what has arrived since it last looked. */
const subscribe = async (topicArn: string, filter?: object): Promise<() => Promise<readonly Message[]>> => {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `subscriber-${randomUUID()}` }));
  const queue = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  await sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: queue.Attributes?.['QueueArn'],
      ...(filter && { Attributes: { FilterPolicy: JSON.stringify(filter) } }),
    }),
  );
  return async () => (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))).Messages ?? [];
};

describe('news on a topic of an independent SNS', () => {
  it('reach a subscriber, with a subject to read and attributes to filter by', async () => {
    const topicArn = await newTopic();
    const received = await subscribe(topicArn);
    await snsNotifier({ sns, topicArn, clock }).notify(news);
    const [message, ...others] = await received();
    expect(others).toEqual([]);
    const { Subject, Message, MessageAttributes } = JSON.parse(message?.Body ?? '');
    expect(Subject).toBe('Nightporter: crash does not start ?');
    expect(JSON.parse(Message)).toEqual({ at: new Date(T0).toISOString(), ...news });
    expect(MessageAttributes).toMatchObject({ event: { Value: 'service.failing' }, service: { Value: 'crash' } });
  });

  it('spare a subscriber who filters them out', async () => {
    const topicArn = await newTopic();
    const ofCrash = await subscribe(topicArn, { service: ['crash'] });
    const ofOthers = await subscribe(topicArn, { service: ['other'] });
    await snsNotifier({ sns, topicArn, clock }).notify(news);
    expect(await ofCrash()).toHaveLength(1);
    expect(await ofOthers()).toHaveLength(0);
  });

  it.each([1, 99, 100, 300])('are accepted with a message of %d characters', async (length) => {
    const topicArn = await newTopic();
    const received = await subscribe(topicArn);
    await snsNotifier({ sns, topicArn, clock }).notify({ ...news, message: 'x'.repeat(length) });
    expect(await received()).toHaveLength(1);
  });

  it('fail when there is no such topic', async () => {
    const topicArn = `${await newTopic()}-nowhere`;
    await expect(snsNotifier({ sns, topicArn, clock }).notify(news)).rejects.toThrow();
  });
});
