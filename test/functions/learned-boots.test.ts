import { describe, expect, it } from 'vitest';
import { SERVICE } from '../support/builders.ts';
import { anApi, type Answer, type ApiAtHand } from '../support/api.ts';
import { aControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { MINUTE, SECOND } from '../support/virtual-clock.ts';

interface House {
  readonly plane: ControlPlane;
  readonly api: ApiAtHand;
}

const ADDRESS = `/services/${SERVICE}`;

const aHouse = (bootMs: number): House => {
  const plane = aControlPlane({ [SERVICE]: { bootMs } });
  return { plane, api: anApi(plane) };
};

/** A client that does as it is told: it asks again when Retry-After says so, and not before. */
const obey = async ({ plane, api }: House): Promise<{ readonly asked: number; readonly first: Answer }> => {
  const first = await api.call('POST', `${ADDRESS}/wake`, { body: { holder: 'ada' } });
  let answer = first;
  let asked = 1;
  while (answer.body.state !== 'ready') {
    plane.clock.advance(Number(answer.headers.get('retry-after')) * SECOND);
    answer = await api.call('GET', ADDRESS);
    asked += 1;
    if (asked > 100) throw new Error('never ready');
  }
  return { asked, first };
};

/** Nobody else looks: no events of tasks, no ticks. */
const bootAndLeave = async (house: House): Promise<number> => {
  const { asked } = await obey(house);
  await house.api.call('POST', `${ADDRESS}/kill`, { body: { holder: 'ada' } });
  house.plane.clock.advance(10 * MINUTE);
  return asked;
};

describe('after three boots', () => {
  it.each([[8 * SECOND], [30 * SECOND], [75 * SECOND], [4 * MINUTE]])(
    'a client that obeys Retry-After asks 2 to 4 times, and the time told is within a fifth: %d ms',
    async (bootMs) => {
      const house = aHouse(bootMs);
      for (let boot = 0; boot < 3; boot += 1) await bootAndLeave(house);
      const wokenAt = house.plane.clock.now();
      const { asked, first } = await obey(house);
      expect(asked).toBeGreaterThanOrEqual(2);
      expect(asked).toBeLessThanOrEqual(4);
      const toldMs = Date.parse(first.body.estimatedReadyAt) - wokenAt;
      expect(Math.abs(toldMs - bootMs)).toBeLessThanOrEqual(bootMs / 5);
      expect(first.body.boot).toMatchObject({ phase: 'asked', boots: 3, startedMs: 0 });
      expect(first.body.boot.medianMs).toBe(toldMs);
    },
  );

  it.each([0.85, 0.95, 1.05, 1.15])('one that takes %d times as long costs no more than 4 questions', async (times) => {
    const house = aHouse(MINUTE);
    for (let boot = 0; boot < 3; boot += 1) await bootAndLeave(house);
    house.plane.fleet.behave(SERVICE, { bootMs: MINUTE * times });
    const { asked } = await obey(house);
    expect(asked).toBeGreaterThanOrEqual(2);
    expect(asked).toBeLessThanOrEqual(4);
  });
});

describe('the boot of a service', () => {
  it('is shown with its phase, and unknown where none was seen', async () => {
    const { api, plane } = aHouse(30 * SECOND);
    expect((await api.call('GET', ADDRESS)).body.boot).toBeNull();
    await api.call('POST', `${ADDRESS}/wake`);
    const unknown = { boots: 0, medianMs: null, startedMs: null, runningMs: null, healthyMs: null };
    plane.clock.advance(4 * SECOND);
    expect((await api.call('GET', ADDRESS)).body.boot).toEqual({ phase: 'started', ...unknown });
    plane.clock.advance(26 * SECOND);
    const known = { boots: 1, medianMs: 30_000, startedMs: 0, runningMs: 30_000, healthyMs: 30_000 };
    const ready = (await api.call('GET', ADDRESS)).body;
    expect(ready).toMatchObject({ state: 'ready', boot: { phase: 'ready', boots: 1 } });
    expect((await api.call('GET', ADDRESS)).body.boot).toEqual({ phase: 'ready', ...known });
  });

  it('is told once, as an event, by whoever saw it first', async () => {
    const house = aHouse(30 * SECOND);
    await bootAndLeave(house);
    await house.api.call('POST', `${ADDRESS}/wake`);
    house.plane.clock.advance(30 * SECOND);
    await Promise.all([house.api.call('GET', ADDRESS), house.api.call('GET', ADDRESS)]);
    const told = house.plane.telemetry.events.filter(({ name }) => name === 'service.booted');
    expect(told.map(({ fields }) => [fields['generation'], fields['boots']])).toEqual([
      [2, 1],
      [4, 2],
    ]);
    // The first was seen after a minute, and is a guess; the second was seen at once.
    expect(told[0]?.fields).toMatchObject({ service: SERVICE, readyMs: 45_000, unseenMs: 30_000, medianMs: 45_000 });
    expect(told[1]?.fields).toMatchObject({ readyMs: 30_000, unseenMs: 0, runningMs: 30_000, medianMs: 30_000 });
  });
});
