import { canonicalJson } from "../json.ts";
import { madeUpOutcomes, makeCurriculum, type Trial } from "./conformance_run.ts";
import type { Curriculum } from "./curriculum.ts";
import type { Start } from "./start.ts";

/** Starts are handed out as they were given in, and nothing is asked of them; the figures are numbers. */
export function checkStarts(trial: Trial): void {
  const { iterations, count } = trial;
  const curriculum = makeCurriculum(trial, 1);
  checkFigures(trial, curriculum);
  const given = new Set<string>();
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const starts = curriculum.next(count);
    for (const start of starts) checkStart(trial, start, given);
    const outcomes = madeUpOutcomes(starts, iteration);
    for (const { successors } of outcomes.flatMap(({ rollouts }) => rollouts)) {
      for (const start of successors) given.add(content(start));
    }
    curriculum.observe(outcomes);
  }
  checkFigures(trial, curriculum);
}

function checkStart(
  { part, roots, iterates, where, findings }: Trial,
  start: Start,
  given: Set<string>,
): void {
  const isRoot = start.attempt === null && start.parent === null;
  const same = isRoot ? content(roots.at(start.task)) === content(start) : given.has(content(start));
  findings.expect(same, "starts", `Start "${start.id}" is not as it was given in ${where}`);
  findings.expect(
    start.mode === "base",
    "starts",
    `A start is handed out in mode "${start.mode}", not "base" ${where}`,
  );
  const allowed = start.attempt === null || (part.histories && iterates);
  findings.expect(allowed, "starts", `A partial history is handed out that nothing works on ${where}`);
}

/** What must not change between taking a start in and handing it out. */
function content(start: Start): string {
  return canonicalJson({ ...start, mode: "base", chain: 0 });
}

function checkFigures({ where, findings }: Trial, curriculum: Curriculum): void {
  const space = curriculum.space();
  const strange = [
    ...Object.entries(curriculum.metrics()),
    ...space.map(({ start, learnability }) => [`learnability of ${start.id}`, learnability] as const),
  ].find(([, value]) => !Number.isFinite(value));
  findings.expect(
    strange === undefined,
    "metrics",
    `The figure "${strange?.[0]}" is ${strange?.[1]} ${where}`,
  );
  const ids = space.map(({ start }) => start.id);
  findings.expect(
    new Set(ids).size === ids.length,
    "nothing twice",
    `A start is in the task space twice ${where}`,
  );
}

/** A batch is as large as it may be, counting 1 + `chain` for each start, and no larger unless it is a single start. */
export function checkCounts(trial: Trial): void {
  const { part, count, where, findings } = trial;
  const curriculum = makeCurriculum(trial, 1);
  const longest = part.longestChain;
  for (const [index, wanted] of [1, 2, longest, longest + 1, 3 * longest - 1, count, 5 * count].entries()) {
    const starts = curriculum.next(wanted);
    const asked = starts.map(({ chain }) => 1 + chain);
    const sum = asked.reduce((sum, completions) => sum + completions, 0);
    const note = `next(${wanted}) gives ${starts.length} starts that ask for ${sum} completions`;
    findings.expect(starts.length > 0, "count", `${note} ${where}`);
    findings.expect(starts.length <= 1 || sum <= wanted, "count", `${note} ${where}`);
    findings.expect(
      wanted - sum < Math.max(1, ...asked),
      "count",
      `${note}, and there is room for more ${where}`,
    );
    const excess = asked.find((completions) => completions > longest);
    findings.expect(
      excess === undefined,
      "count",
      `A start asks for ${excess} completions, but longestChain is ${longest} ${where}`,
    );
    curriculum.observe(madeUpOutcomes(starts, index + 1));
  }
}
