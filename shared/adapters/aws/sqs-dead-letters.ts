import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { BrowsableLetters, DeadLetter } from '#shared/ports/dead-letters.ts';
import { translating } from './sdk-errors.ts';

export interface SqsDeadLettersOptions {
  readonly sqs: Pick<SQSClient, 'send'>;
  /** Where messages are that were given up. */
  readonly queueUrl: string;
  /** Where they came from. */
  readonly sourceUrl: string;
}

/** As many as SQS hands out at once. */
const largestBatch = 10;
/** Long enough to send one back and remove it; whoever fails in between leaves it to the next. */
const HIDDEN_SECONDS = 60;

/** The dead-letter queue of another queue; where a message has been stands in its attributes. */
export const sqsDeadLetters = ({ sqs, queueUrl, sourceUrl }: SqsDeadLettersOptions): BrowsableLetters => ({
  receive: async (limit) => {
    const command = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: Math.min(limit, largestBatch),
      VisibilityTimeout: HIDDEN_SECONDS,
      MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
      MessageAttributeNames: ['All'],
      // Asks every server that keeps a part of the queue: without it an answer may be empty though the queue is not.
      WaitTimeSeconds: 1,
    });
    const { Messages = [] } = await translating(sqs.send(command));
    return Messages.map(letterOf);
  },

  sendBack: async ({ body }, { replays, replayedFrom, replayedBy }) => {
    await translating(
      sqs.send(
        new SendMessageCommand({
          QueueUrl: sourceUrl,
          MessageBody: body,
          MessageAttributes: {
            replays: { DataType: 'Number', StringValue: String(replays) },
            replayedFrom: text(replayedFrom),
            replayedBy: text(replayedBy),
          },
        }),
      ),
    );
  },

  remove: async ({ receipt }) => {
    await translating(sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: receipt })));
  },

  putBack: async ({ receipt }) => {
    const again = { QueueUrl: queueUrl, ReceiptHandle: receipt, VisibilityTimeout: 0 };
    await translating(sqs.send(new ChangeMessageVisibilityCommand(again)));
  },
});

const text = (value: string) => ({ DataType: 'String', StringValue: value });

const letterOf = ({ MessageId, ReceiptHandle, Body, Attributes, MessageAttributes }: Message): DeadLetter => ({
  id: present(MessageId, 'id'),
  receipt: present(ReceiptHandle, 'receipt'),
  body: present(Body, 'body'),
  sentAt: Number(present(Attributes?.SentTimestamp, 'SentTimestamp')),
  receives: Number(present(Attributes?.ApproximateReceiveCount, 'ApproximateReceiveCount')),
  replays: Number(MessageAttributes?.['replays']?.StringValue ?? 0),
});

/** An answer without what SQS always sends is an outage, never a message without it. */
const present = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(`SQS answered without the ${what} of a message`);
  return value;
};
