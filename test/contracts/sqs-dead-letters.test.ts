import { describe, expect, it } from 'vitest';
import { sqsDeadLetters } from '#shared/adapters/aws/sqs-dead-letters.ts';
import { scriptedSqs } from '../support/scripted-sqs.ts';
import { throttling } from '../support/sim-aws/account.ts';
import { MINUTE, virtualClock } from '../support/virtual-clock.ts';
import { deadLettersContract } from './dead-letters.contract.ts';

const FAILED = 'https://sqs.eu-central-1.amazonaws.com/123456789012/failed';
const SOURCE = 'https://sqs.eu-central-1.amazonaws.com/123456789012/arrived';

const make = async () => {
  const clock = virtualClock();
  const { sqs, put, queueAt } = scriptedSqs(clock.now);
  return {
    clock,
    deadLetters: sqsDeadLetters({ sqs, queueUrl: FAILED, sourceUrl: SOURCE }),
    giveUp: async (body: string, replays?: number) => {
      const attributes = { replays: { DataType: 'Number', StringValue: String(replays) } };
      put(FAILED, body, replays === undefined ? {} : attributes);
    },
    sentBack: async () =>
      queueAt(SOURCE).map(({ body, attributes }) => ({
        body,
        attributes: Object.fromEntries(
          Object.entries(attributes).map(([name, { StringValue = '' }]) => [name, StringValue]),
        ),
      })),
  };
};

deadLettersContract({ name: 'SQS, scripted', make });

const answering = (answer: () => object) =>
  sqsDeadLetters({ sqs: { send: async () => answer() } as never, queueUrl: FAILED, sourceUrl: SOURCE });

describe('dead letters on SQS', () => {
  it('come again when whoever took them did not end', async () => {
    const { clock, deadLetters, giveUp } = await make();
    await giveUp('a');
    await deadLetters.receive(1);
    clock.advance(MINUTE);
    const [again] = await deadLetters.receive(1);
    expect(again).toMatchObject({ body: 'a', receives: 2 });
  });

  it('are an outage when SQS leaves out what it always sends', async () => {
    const deadLetters = answering(() => ({ Messages: [{ MessageId: 'a', ReceiptHandle: 'b' }] }));
    await expect(deadLetters.receive(1)).rejects.toThrow('SQS answered without the body of a message');
  });

  it('are throttled, and an unknown failure stays what it is', async () => {
    const refusing = (cause: Error) =>
      answering(() => {
        throw cause;
      });
    await expect(refusing(throttling()).receive(1)).rejects.toMatchObject({ code: 'throttled' });
    const outage = new Error('no answer');
    await expect(refusing(outage).receive(1)).rejects.toBe(outage);
  });
});
