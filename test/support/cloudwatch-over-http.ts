import { CloudWatchClient, type GetMetricDataCommandInput, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { ScriptedCloudWatch } from './scripted-cloudwatch.ts';

/** GetMetricData as it goes over the wire: instants are seconds. */
interface WireInput {
  readonly MetricDataQueries: MetricDataQuery[];
  readonly StartTime: number;
  readonly EndTime: number;
  readonly NextToken?: string;
}

const answerTo = (
  script: ScriptedCloudWatch,
  body: string,
): { readonly statusCode: number; readonly body: unknown } => {
  const { StartTime, EndTime, ...rest } = JSON.parse(body) as WireInput;
  const input: GetMetricDataCommandInput = {
    ...rest,
    StartTime: new Date(StartTime * 1_000),
    EndTime: new Date(EndTime * 1_000),
  };
  try {
    const { MetricDataResults = [], NextToken } = script.answer(input);
    const results = MetricDataResults.map((result) => ({
      ...result,
      Timestamps: result.Timestamps?.map((at) => at.getTime() / 1_000),
    }));
    return { statusCode: 200, body: { MetricDataResults: results, NextToken } };
  } catch (cause) {
    const { name, message } = cause as Error;
    return { statusCode: 400, body: { __type: `com.amazonaws.cloudwatch.v2010_08_01#${name}`, message } };
  }
};

/** The SDK's own client, whose requests are written out and read in as ever, but answered here. */
export const cloudWatchOverHttp = (script: ScriptedCloudWatch): CloudWatchClient =>
  new CloudWatchClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    maxAttempts: 1,
    requestHandler: {
      handle: async ({ body: sent, headers }: { body: Uint8Array; headers: Record<string, string> }) => {
        const operation = headers['x-amz-target'];
        if (operation !== 'GraniteServiceVersion20100801.GetMetricData') throw new Error(`not scripted: ${operation}`);
        const { statusCode, body } = answerTo(script, new TextDecoder().decode(sent));
        return {
          response: {
            statusCode,
            headers: { 'content-type': 'application/x-amz-json-1.0' },
            body: new TextEncoder().encode(JSON.stringify(body)),
          },
        };
      },
    },
  });
