import { canonicalJson } from "../json.ts";
import { madeUpOutcomes, makeCurriculum, train, type Trial } from "./conformance_run.ts";
import type { SpaceEntry } from "./curriculum.ts";

/** Outcomes may be none, come late, one by one, in any order, more than once, or for roots that were not picked. */
export function checkOrder(trial: Trial): void {
  const { iterations, count, roots, where, findings } = trial;
  const curriculum = makeCurriculum(trial, 1);
  train(curriculum, 0, iterations, count);
  const before = canonicalJson(curriculum.state());
  curriculum.observe([]);
  findings.expect(
    canonicalJson(curriculum.state()) === before,
    "order",
    `observe([]) changes the state ${where}`,
  );
  const first = curriculum.next(count);
  const second = curriculum.next(count);
  for (const outcome of madeUpOutcomes(second, iterations + 2).toReversed()) curriculum.observe([outcome]);
  const late = madeUpOutcomes(first, iterations + 1).toReversed();
  curriculum.observe(late);
  curriculum.observe(late);
  curriculum.observe(madeUpOutcomes([roots.at(0)], iterations + 3));
  train(curriculum, iterations + 3, iterations + 6, count);
}

/** What is given in is left as it was. */
export function checkMutation(trial: Trial): void {
  const { iterations, count, where, findings } = trial;
  const curriculum = makeCurriculum(trial, 1);
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const outcomes = structuredClone(madeUpOutcomes(curriculum.next(count), iteration));
    const before = JSON.stringify(outcomes);
    curriculum.observe(outcomes);
    const same = JSON.stringify(outcomes) === before;
    findings.expect(same, "mutation", `observe() changes the outcomes it is given ${where}`);
    if (!same) return;
  }
}

/**
 * While the task space is not full, no start leaves it, and every group of a start in it counts as a visit. It was not
 * full if it later held more.
 */
export function checkAccounts(trial: Trial): void {
  const { iterations, count, where, findings } = trial;
  const curriculum = makeCurriculum(trial, 1);
  const faults: { size: number; check: string; message: string }[] = [];
  let largest = 0;
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const before = curriculum.space();
    const starts = curriculum.next(count);
    const known = new Set(before.map(({ start }) => start.id));
    const stranger = starts.find(({ id, attempt }) => attempt !== null && !known.has(id));
    findings.expect(
      stranger === undefined,
      "accounts",
      `A partial history is picked that is not in the task space ${where}`,
    );
    curriculum.observe(madeUpOutcomes(starts, iteration));
    const after = new Map(curriculum.space().map((entry) => [entry.start.id, entry]));
    largest = Math.max(largest, after.size);
    const groups = Map.groupBy(starts, ({ id }) => id);
    const fault = before
      .map((entry) => accountFault(entry, after.get(entry.start.id), groups.get(entry.start.id)?.length ?? 0))
      .find((fault) => fault !== undefined);
    if (fault !== undefined) faults.push({ size: after.size, ...fault });
  }
  const [real] = faults.filter(({ size }) => size < largest);
  if (real !== undefined) findings.expect(false, real.check, `${real.message} ${where}`);
}

function accountFault(
  before: SpaceEntry,
  after: SpaceEntry | undefined,
  groups: number,
): { check: string; message: string } | undefined {
  const { id } = before.start;
  if (after === undefined) {
    return {
      check: "nothing lost",
      message: `Start "${id}" leaves a task space that has room`,
    };
  }
  if (after.visits === before.visits + groups) return undefined;
  const message = `Start "${id}" has ${after.visits} visits after ${before.visits} and ${groups} groups`;
  return { check: "accounts", message };
}
