import { afterAll, beforeEach, describe } from 'vitest';

/**
 * Cases that do not hold on a backend, by their full name below it, and why not. One that holds in some runs and not
 * in others is `unsteady`: it is left out, since neither outcome would say anything.
 */
export type KnownGaps = Readonly<Record<string, string | { readonly unsteady: string }>>;

interface Named {
  readonly name: string;
  readonly suite?: Suite | undefined;
}

interface Suite extends Named {
  readonly tasks: readonly (Named | Suite)[];
}

/**
 * Runs cases on a backend that is known not to do them all. A case with a known gap has to fail: once it passes,
 * or exists no more, the run fails until its entry is gone. So the list of gaps stays true.
 */
export const withKnownGaps = (backend: string, gaps: KnownGaps, define: () => void): void => {
  describe(backend, () => {
    let cases: readonly string[] = [];
    beforeEach(({ task, skip }) => {
      cases = namesIn(backendOf(task, backend));
      const gap = gaps[nameBelow(backend, task)];
      if (typeof gap === 'object') skip(gap.unsteady);
      // Read when the case has ended: its failure counts as success then, and its success as failure.
      if (gap !== undefined) (task as { fails?: boolean }).fails = true;
    });
    afterAll(() => {
      const gone = Object.keys(gaps).filter((name) => !cases.includes(name));
      if (gone.length > 0) throw new Error(`known gaps of cases that do not exist: ${gone.join('; ')}`);
    });

    define();
  });
};

const backendOf = (task: Named, backend: string): Suite => {
  if (task.suite === undefined) throw new Error(`${task.name} does not belong to ${backend}`);
  return task.suite.name === backend ? task.suite : backendOf(task.suite, backend);
};

/** As it is written in the list of gaps: `describe > describe > it`. */
const nameBelow = (backend: string, { name, suite }: Named): string =>
  suite === undefined || suite.name === backend ? name : `${nameBelow(backend, suite)} > ${name}`;

const namesIn = ({ tasks }: Suite): readonly string[] =>
  tasks.flatMap((task) => ('tasks' in task ? namesIn(task).map((name) => `${task.name} > ${name}`) : [task.name]));
