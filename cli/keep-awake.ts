import type { Client, SessionOptions } from '../client/nightporter-client.ts';
import type { Output } from './output.ts';
import { endpointText, serviceLine } from './service-text.ts';

export interface Stay extends SessionOptions {
  /** Takes away what showed how the start went. */
  readonly end: () => void;
}

/** Keeps a service awake until it is told to leave; rejects when the session is lost before. */
export const keepAwake = async (output: Output, client: Client, service: string, options: Stay): Promise<void> => {
  const { end, ...session } = options;
  const kept = await client.session(service, {
    ...session,
    onChange: (changed) => output.note(serviceLine(output, changed)),
  });
  end();
  output.answer(kept.service, endpointText(kept.service));
  output.note(`kept awake by ${kept.holder}; Ctrl-C ends the session`);
  const ended = await kept.ended;
  if (ended.how === 'lost') throw ended.error;
  output.note(
    ended.how === 'released'
      ? `${service} ${ended.service.status ?? ended.service.state}: ${ended.service.message}`
      : `the server could not be told; the lease runs out by itself (${ended.error.message})`,
  );
};
