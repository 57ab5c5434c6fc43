import { PRICES, type Price, type PriceName } from './prices.ts';

/** Days of a month, as AWS's monthly prices take it. */
const DAYS = 30;
export const MONTH_HOURS = DAYS * 24;

/** `2 tasks`, `0.25 vCPU`: multiplied with the others. */
export interface Factor {
  readonly amount: number;
  readonly of: string;
  readonly isAssumed?: true;
}

/**
 * One line of a bill. `awake`: what an hour costs in which the service is awake; `standing`: what a month costs whether
 * it is or not. Some would not be there without Nightporter.
 */
export interface Charge {
  readonly what: string;
  readonly when: 'awake' | 'standing';
  readonly factors: readonly Factor[];
  readonly price: PriceName;
  readonly isPorters?: true;
}

/** Named for what it multiplies. */
export const of = (amount: number, unit: string): Factor => ({ amount, of: unit });
export const assumed = (amount: number, unit: string): Factor => ({ amount, of: unit, isAssumed: true });

/** US dollars: of an hour awake, or of a month. */
export const usdOf = ({ factors, price }: Charge): number =>
  factors.reduce((product, { amount }) => product * amount, PRICES[price].usd);

const sum = (charges: readonly Charge[]): number => charges.reduce((total, charge) => total + usdOf(charge), 0);

/** What a month costs in which the service is awake for so many hours. */
export const monthOf = (charges: readonly Charge[], awakeHours: number): number =>
  sum(charges.filter(({ when }) => when === 'standing')) +
  awakeHours * sum(charges.filter(({ when }) => when === 'awake'));

/** The same service, never asleep, with nobody who could put it to sleep. */
export const alwaysOn = (charges: readonly Charge[]): number =>
  monthOf(
    charges.filter(({ isPorters }) => isPorters !== true),
    MONTH_HOURS,
  );

export const hoursOf = (hoursADay: number): number => hoursADay * DAYS;

const plain = (amount: number): string =>
  amount.toLocaleString('en-US', { maximumSignificantDigits: 6, useGrouping: true });

const priceText = ({ usd, per, isUnchecked }: Price): string => `$${plain(usd)} per ${per}${isUnchecked ? ' (†)' : ''}`;

/** `1 task`, `2 tasks` */
const counted = ({ amount, of: unit }: Factor): string =>
  `${plain(amount)} ${amount === 1 ? unit.replace(/s$/, '') : unit}`;

/** `2 tasks × 0.25 vCPU × $0.04048 per vCPU-hour` */
export const reckoningOf = ({ factors, price }: Charge): string =>
  [
    ...factors.map((factor) => `${counted(factor)}${factor.isAssumed ? ' (assumed)' : ''}`),
    priceText(PRICES[price]),
  ].join(' × ');
