import { EXAMPLES, type Example } from './examples.ts';
import { PRICES } from './prices.ts';
import { alwaysOn, type Charge, hoursOf, monthOf, MONTH_HOURS, reckoningOf, usdOf } from './reckoning.ts';

const HOURS_A_DAY = [2, 8, 24];

const sources = [...new Set(Object.values(PRICES).map(({ page }) => page))]
  .toSorted()
  .map((page) => `[${page.split('/').at(-3)}](${page})`)
  .join(',\n');

const HEAD = `# What the examples cost

Each system of [the examples](examples.md), per month of 30 days, in us-east-1, at list prices of 2026 in US dollars, without tax
and without traffic to the internet ($0.09 per GB beyond the first 100). Most other regions cost 10 to 30 % more. Prices
are from AWS's pages for
${sources},
compared with third parties' copies of them; those with (†) were not. What is *assumed* nobody has measured on AWS: put in your own. Nothing is
taken off for what AWS gives for nothing, such as ten alarms and three dashboards an account. Somebody wakes it once a day, and
heartbeats.

*Awake* is from the pull of the image to the end of the last task, so it includes the start and the time until idleness
is confirmed: of one session a day a quarter of an hour or so. *Always on* is the same service without Nightporter: what
only Nightporter needs is left out. The control plane itself is [one more bill](deploy.md#what-it-costs), the same for one service
as for a hundred, and is not counted here.

This page is written by \`npm run costs\`, from the examples' own parameters and the prices in \`infra/costs\`.
`;

const usd = (amount: number, digits: number): string => amount.toFixed(digits);

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [
    `| ${heads.join(' | ')} |`,
    `|${heads.map((_, index) => (index === 0 || index === 1 ? '---' : '---:')).join('|')}|`,
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');

const lines = (charges: readonly Charge[], when: Charge['when'], digits: number): string => {
  const own = charges.filter((charge) => charge.when === when);
  const total = own.reduce((sum, charge) => sum + usdOf(charge), 0);
  return table(
    ['what', 'reckoning', 'USD'],
    [
      ...own.map((charge) => [
        `${charge.what}${charge.isPorters ? ' (Nightporter’s)' : ''}`,
        reckoningOf(charge),
        usd(usdOf(charge), digits),
      ]),
      ['**sum**', '', `**${usd(total, digits)}**`],
    ],
  );
};

const months = (charges: readonly Charge[]): string => {
  const always = alwaysOn(charges);
  const standing = monthOf(charges, 0);
  const row = (hours: number): readonly string[] => {
    const total = monthOf(charges, hoursOf(hours));
    const reckoning = `${usd(standing, 2)} + ${hoursOf(hours)} × ${usd((total - standing) / hoursOf(hours), 5)}`;
    return [`${hours} h a day`, reckoning, usd(total, 2), `${Math.round((total / always) * 100)} %`];
  };
  return table(
    ['awake', 'reckoning', 'USD a month', 'of always on'],
    [...HOURS_A_DAY.map(row), ['always on', `${MONTH_HOURS} h, without Nightporter`, usd(always, 2), '100 %']],
  );
};

const section = ({ title, about, charges }: Example): string => `
## ${title}
${about}

### An hour awake
${lines(charges, 'awake', 5)}

### A month, awake or not
${lines(charges, 'standing', 2)}

### Together
${months(charges)}
`;

/** The text of docs/costs.md. */
export const costsPage = (): string => HEAD + EXAMPLES.map(section).join('');
