import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

type Attributes = Readonly<Record<string, MessageAttributeValue>>;

interface Kept {
  readonly id: string;
  readonly body: string;
  readonly attributes: Attributes;
  readonly sentAt: number;
  visibleAt: number;
  receives: number;
}

const mostAtOnce = 10;

/** Queues by their URLs, at the level of SDK commands, with the limits of the real ones. */
export const scriptedSqs = (now: () => number) => {
  const queues = new Map<string, Kept[]>();
  let count = 0;

  const queueAt = (url: string | undefined): Kept[] => {
    const queue = queues.get(url ?? '') ?? [];
    queues.set(url ?? '', queue);
    return queue;
  };

  const put = (url: string | undefined, body: string, attributes: Attributes = {}): string => {
    for (const [name, { StringValue }] of Object.entries(attributes)) {
      if (!StringValue) throw new Error(`SQS takes no empty ${name}`);
    }
    count += 1;
    const id = `message-${count}`;
    queueAt(url).push({ id, body, attributes, sentAt: now(), visibleAt: now(), receives: 0 });
    return id;
  };

  const shown = (kept: Kept): Message => ({
    MessageId: kept.id,
    ReceiptHandle: kept.id,
    Body: kept.body,
    MessageAttributes: kept.attributes,
    Attributes: { SentTimestamp: String(kept.sentAt), ApproximateReceiveCount: String(kept.receives) },
  });

  const receive = ({ input }: ReceiveMessageCommand): { Messages?: Message[] } => {
    const { QueueUrl, MaxNumberOfMessages = 1, VisibilityTimeout = 30 } = input;
    if (MaxNumberOfMessages < 1 || MaxNumberOfMessages > mostAtOnce) throw new RangeError('1 to 10 messages');
    const ready = queueAt(QueueUrl).filter(({ visibleAt }) => visibleAt <= now());
    const taken = ready.slice(0, MaxNumberOfMessages);
    for (const kept of taken) {
      kept.receives += 1;
      kept.visibleAt = now() + VisibilityTimeout * 1000;
    }
    return taken.length === 0 ? {} : { Messages: taken.map(shown) };
  };

  const send = async (command: unknown): Promise<object> => {
    if (command instanceof ReceiveMessageCommand) return receive(command);
    if (command instanceof SendMessageCommand) {
      const { QueueUrl, MessageBody = '', MessageAttributes } = command.input;
      return { MessageId: put(QueueUrl, MessageBody, MessageAttributes) };
    }
    if (command instanceof DeleteMessageCommand) {
      const { QueueUrl, ReceiptHandle } = command.input;
      queues.set(
        QueueUrl ?? '',
        queueAt(QueueUrl).filter(({ id }) => id !== ReceiptHandle),
      );
      return {};
    }
    if (command instanceof ChangeMessageVisibilityCommand) {
      const { QueueUrl, ReceiptHandle, VisibilityTimeout = 0 } = command.input;
      const kept = queueAt(QueueUrl).find(({ id }) => id === ReceiptHandle);
      if (kept) kept.visibleAt = now() + VisibilityTimeout * 1000;
      return {};
    }
    throw new Error('the scripted SQS does not know that');
  };

  return { sqs: { send } as unknown as Pick<SQSClient, 'send'>, put, queueAt };
};
