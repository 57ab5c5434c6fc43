import type { Service, ServiceState } from '../client/replies.ts';
import type { Output, Tone } from './output.ts';

const TONES: Readonly<Record<ServiceState, Tone>> = {
  asleep: 'dim',
  waking: 'cyan',
  ready: 'green',
  draining: 'yellow',
  stopping: 'yellow',
  failing: 'red',
};

export const stateText = ({ paint }: Output, { state }: Service): string => paint(TONES[state], state);

/** Where to connect. */
export const endpointText = ({ endpoint }: Service): string => {
  if (!endpoint) return '-';
  const { host, port, url } = endpoint;
  return url ?? `${host.includes(':') ? `[${host}]` : host}:${port}`;
};

/** Why it is as it is, without the state's own word. */
export const whyText = ({ message, state }: Service): string =>
  message === state ? '' : message.replace(new RegExp(`^${state}[:;] `), '');

/** A service in one line. */
export const serviceLine = (output: Output, service: Service): string => {
  const { held, leases } = service;
  const where = service.state === 'ready' || service.state === 'draining' ? ` at ${endpointText(service)}` : '';
  const kept = leases === null || leases === 0 ? '' : ` (${leases} ${leases === 1 ? 'lease' : 'leases'})`;
  const holding = held ? `; held ${held.intent} until ${held.until} by ${held.by}: ${held.reason}` : '';
  const why = whyText(service);
  return `${service.service} ${stateText(output, service)}${where}${kept}${why === '' ? '' : `: ${why}`}${holding}`;
};

const seconds = (durationMs: number): string => `${Math.max(0, Math.round(durationMs / 1_000))} s`;

/** How far a wake has come. */
export const progressText = (service: Service, waitedMs: number, leftMs: number | null): string => {
  const { state, failure } = service;
  const head = `${service.service} ${state}, ${seconds(waitedMs)}`;
  if (state === 'failing' && failure) return `${head}, start ${failure.count} failed: ${failure.message}`;
  if (leftMs === null) return head;
  return leftMs > 0 ? `${head}, ready in about ${seconds(leftMs)}` : `${head}, longer than usual`;
};
