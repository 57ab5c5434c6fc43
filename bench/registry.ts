/**
 * What it takes to validate the largest package there may be, beside `unzip -t` and `sha256sum` on the same bytes; and
 * what one publication costs as packages multiply. `npm run bench:registry`; prints two tables, and fails when a
 * validation takes more memory or more processor time than it may.
 *
 * Publications run over memory: the processor time is that of this machine, and includes what the memory does in
 * place of S3.
 */
import { measurePublishing, type Publishing } from './publishing.ts';
import { measureValidation, type Taken, type Validation } from './validation.ts';

const SIZES = [100, 1_000, 10_000];
/** Half of what the processor has. */
const MOST_MIB = 1_024;
/** Processor time beside that of the tools; they start faster, and do nothing else. */
const MOST_RATIO = 2;

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const shown = (who: string, { cpuMs, wallMs }: Taken): readonly string[] => [who, cpuMs.toFixed(0), wallMs.toFixed(0)];

const ratioOf = ({ ours, tools }: Validation): number | undefined => tools && ours.cpuMs / tools.cpuMs;

const tellValidation = (measured: Validation): void => {
  const { entries, packedMiB, unpackedMiB, ours, tools, peakMiB } = measured;
  console.log(
    `${entries} entries, ${packedMiB.toFixed(1)} MiB, unpacked ${unpackedMiB.toFixed(0)} MiB; Node ${process.versions.node}\n`,
  );
  const rows = [shown('hash and validation', ours), ...(tools ? [shown('sha256sum and unzip -t', tools)] : [])];
  console.log(table(['', 'CPU ms', 'ms'], rows));
  console.log(`\npeak memory ${peakMiB.toFixed(0)} MiB, Node and the package included`);
  const ratio = ratioOf(measured);
  console.log(ratio === undefined ? 'NOT COMPARED: no unzip, or no sha256sum' : `ratio ${ratio.toFixed(2)} (CPU)`);
};

const KIB = 1_024;

const publication = (row: Publishing): readonly (string | number)[] => [
  row.packages,
  row.what,
  row.batch,
  row.reads.toFixed(1),
  (row.readBytes / KIB).toFixed(0),
  row.writes.toFixed(1),
  (row.writtenBytes / KIB).toFixed(0),
  row.cpuMs.toFixed(1),
];

const validation = measureValidation();
tellValidation(validation);

const publishing: Publishing[] = [];
for (const size of SIZES) publishing.push(...(await measurePublishing(size)));
const HEAD = ['packages', 'published', 'at once', 'reads', 'KiB read', 'writes', 'KiB written', 'CPU ms'];
console.log(`\n${table(HEAD, publishing.map(publication))}`);

const isSlow = (ratioOf(validation) ?? 0) > MOST_RATIO;
const isLarge = validation.peakMiB > MOST_MIB;
if (isSlow) console.error(`\nvalidation takes more than ${MOST_RATIO} times what the tools take`);
if (isLarge) console.error(`\nvalidation takes more than ${MOST_MIB} MiB`);
if (isSlow || isLarge) process.exitCode = 1;
