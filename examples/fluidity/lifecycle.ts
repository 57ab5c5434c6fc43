import { request as ask } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** The two addresses and the key that an agent is configured with. */
export interface LifecycleSettings {
  readonly wakeEndpoint: string;
  readonly killEndpoint: string;
  readonly apiKey: string;
  /** Of a machine with several, the address to call from. */
  readonly localAddress: string | undefined;
}

/** What an agent reads of an answer. */
interface LifecycleAnswer {
  readonly status?: string;
  readonly message?: string;
  readonly estimatedStartTime?: string | null;
}

const ATTEMPTS = 3;
const BODY = JSON.stringify({ clusterName: 'fluidity', serviceName: 'fluidity-server' });

const post = (url: string, { apiKey, localAddress }: LifecycleSettings): Promise<LifecycleAnswer> =>
  new Promise((resolve, reject) => {
    const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' };
    const call = ask(
      url,
      { method: 'POST', headers, timeout: 30_000, ...(localAddress && { localAddress }) },
      (reply) => {
        const chunks: Buffer[] = [];
        reply.on('data', (chunk: Buffer) => chunks.push(chunk));
        reply.once('end', () => {
          const { statusCode = 0 } = reply;
          const text = Buffer.concat(chunks).toString();
          if (statusCode >= 400) reject(new Error(`${statusCode}: ${text}`));
          else resolve(JSON.parse(text));
        });
      },
    );
    call.once('timeout', () => call.destroy(new Error('no answer'))).once('error', reject);
    call.end(BODY);
  });

/** As the agents of 2025 do it: whatever went wrong, again, without looking at Retry-After. */
const persistently = async (url: string, settings: LifecycleSettings): Promise<LifecycleAnswer> => {
  for (let attempt = 1, pauseMs = 500; ; attempt += 1, pauseMs *= 2) {
    try {
      return await post(url, settings);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await sleep(pauseMs);
    }
  }
};

export const wake = (settings: LifecycleSettings): Promise<LifecycleAnswer> =>
  persistently(settings.wakeEndpoint, settings);

export const kill = (settings: LifecycleSettings): Promise<LifecycleAnswer> =>
  persistently(settings.killEndpoint, settings);
