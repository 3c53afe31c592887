import { canonicalJson, contentHash, type Json } from "../json.ts";
import { deepFreeze, type Finding, Findings } from "../domain/finding.ts";
import { Random } from "../random.ts";
import type { Curriculum, CurriculumPart, GroupOutcome } from "./curriculum.ts";
import { rootStart, type Start, startId } from "./start.ts";

/** How much is checked. */
export interface CurriculumCheck {
  /** Training iterations in each check; memory is watched over twice as many. Default 40. */
  readonly iterations?: number;
  /** Starts an iteration. Default 16. */
  readonly count?: number;
}

const rootCount = 50;
const groupSize = 4;

/**
 * Checks a curriculum against its contract in a made-up training run: same seed, same picks; restore, same future;
 * memory bounded; starts handed out as they were given in; invalid input refused. Give it a capacity that the run
 * fills (about `iterations × count` starts), or its memory cannot be judged.
 *
 * @returns What is wrong; empty for a curriculum that conforms.
 *
 * @example
 * ```ts
 * import { checkCurriculum } from "exitlab/lib/curriculum/conformance.ts";
 * import { exit } from "exitlab/lib/curriculum/exit.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(await checkCurriculum(exit({ capacity: 64, minimumFill: 16 })), []);
 * ```
 */
export async function checkCurriculum(
  part: CurriculumPart,
  { iterations = 40, count = 16 }: CurriculumCheck = {},
): Promise<Finding[]> {
  const findings = new Findings();
  for (const iterates of [true, false]) {
    const make = (seed: number): Curriculum =>
      part.create({ roots, random: new Random(seed, "curriculum"), iterates });
    const where = iterates ? "with operators" : "without operators";
    const checks = [
      () => checkSameSeed(make, iterations, count, where, findings),
      () => checkRestore(make, iterations, count, where, findings),
      () => checkMemory(make, iterations, count, where, findings),
      () => checkStarts(part, make(1), { iterations, count, iterates }, findings),
      () => checkRefusals(make, iterations, count, where, findings),
    ];
    for (const check of checks) await findings.attempt("run", where, check);
  }
  return findings.all;
}

const roots = {
  size: rootCount,
  at: (index: number): Start => deepFreeze(rootStart(index, `task ${index}`, { index })),
};

/** Trains for some iterations; returns all picks. Outcomes follow from the starts alone and are frozen. */
function train(curriculum: Curriculum, from: number, to: number, count: number): Start[][] {
  return Array.from({ length: to - from }, (_, index) => {
    const starts = curriculum.next(count);
    curriculum.observe(starts.map((start) => deepFreeze(madeUpOutcome(start, from + index + 1))));
    return starts;
  });
}

function madeUpOutcome(start: Start, iteration: number): GroupOutcome {
  const random = new Random(iteration, start.id);
  const chance = random.next();
  const rollouts = Array.from({ length: groupSize }, () => {
    const solved = random.chance(chance);
    const verdict = { quality: solved ? 1 : random.next(), solved, reward: solved ? 1 : 0 };
    const attempt = { response: String(random.int(1000)), verdict, feedback: null };
    const id = startId(start.root, start.turn, start.state, attempt);
    const depth = start.depth + 1;
    return {
      verdict,
      successors: [{ ...start, id, parent: start.id, depth, attempt, chain: 0, born: iteration }],
    };
  });
  return { start, iteration, rollouts };
}

type Make = (seed: number) => Curriculum;

function checkSameSeed(
  make: Make,
  iterations: number,
  count: number,
  where: string,
  findings: Findings,
): void {
  const first = canonicalJson(train(make(1), 0, iterations, count));
  const second = canonicalJson(train(make(1), 0, iterations, count));
  findings.expect(first === second, "same seed", `Two curricula of one seed pick different starts ${where}`);
  const other = canonicalJson(train(make(2), 0, iterations, count));
  findings.expect(first !== other, "same seed", `Two seeds pick the same starts ${where}`);
}

function checkRestore(
  make: Make,
  iterations: number,
  count: number,
  where: string,
  findings: Findings,
): void {
  const original = make(1);
  train(original, 0, iterations, count);
  const saved = JSON.stringify(original.state());
  findings.expect(
    saved === JSON.stringify(original.state()),
    "restore",
    `state() changes the curriculum ${where}`,
  );
  const restored = make(99);
  train(restored, 0, 3, count);
  restored.restore(JSON.parse(saved));
  const same = (check: string, of: (curriculum: Curriculum) => Json): void =>
    findings.expect(
      canonicalJson(of(original)) === canonicalJson(of(restored)),
      "restore",
      `A restored curriculum has another ${check} ${where}`,
    );
  same("state", (curriculum) => curriculum.state());
  same(
    "task space",
    (curriculum) =>
      curriculum.space().map(({ start, learnability, visits }) => ({ start, learnability, visits })),
  );
  same("record", (curriculum) => JSON.stringify(curriculum.metrics()));
  same("future", (curriculum) => train(curriculum, iterations, 2 * iterations, count));
  same("last state", (curriculum) => curriculum.state());
}

function checkMemory(make: Make, iterations: number, count: number, where: string, findings: Findings): void {
  const curriculum = make(1);
  train(curriculum, 0, iterations, count);
  const before = JSON.stringify(curriculum.state()).length;
  train(curriculum, iterations, 2 * iterations, count);
  const after = JSON.stringify(curriculum.state()).length;
  findings.expect(
    after <= 1.2 * before + 100,
    "memory",
    `The state grew from ${before} to ${after} characters ${where}`,
  );
}

function checkStarts(
  part: CurriculumPart,
  curriculum: Curriculum,
  { iterations, count, iterates }: { iterations: number; count: number; iterates: boolean },
  findings: Findings,
): void {
  const given = new Set<string>();
  const content = (start: Start): string => contentHash({ ...start, mode: "base", chain: 0 });
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const starts = curriculum.next(count);
    const asked = starts.reduce((sum, { chain }) => sum + 1 + chain, 0);
    findings.expect(starts.length > 0, "starts", "next() gave no start");
    findings.expect(
      starts.length <= 1 || asked <= count,
      "starts",
      `next(${count}) asks for ${asked} completions`,
    );
    for (const start of starts) {
      const isRoot = start.attempt === null && start.parent === null;
      const same = isRoot ? content(roots.at(start.task)) === content(start) : given.has(content(start));
      findings.expect(same, "starts", `Start "${start.id}" is not as it was given in`);
      findings.expect(
        start.mode === "base",
        "starts",
        `A start is handed out in mode "${start.mode}", not "base"`,
      );
      findings.expect(
        1 + start.chain <= part.longestChain,
        "starts",
        `A start asks for more than longestChain`,
      );
      const allowed = start.attempt === null || (part.histories && iterates);
      findings.expect(allowed, "starts", "A partial history is handed out that nothing works on");
    }
    const outcomes = starts.map((start) => deepFreeze(madeUpOutcome(start, iteration)));
    for (
      const start of outcomes.flatMap(({ rollouts }) => rollouts.flatMap(({ successors }) => successors))
    ) {
      given.add(content(start));
    }
    curriculum.observe(outcomes);
  }
  const ids = curriculum.space().map(({ start }) => start.id);
  findings.expect(new Set(ids).size === ids.length, "starts", "A start is in the task space twice");
  const strange = Object.entries(curriculum.metrics()).find(([, value]) => !Number.isFinite(value));
  findings.expect(strange === undefined, "metrics", `The figure "${strange?.[0]}" is ${strange?.[1]}`);
}

function checkRefusals(
  make: Make,
  iterations: number,
  count: number,
  where: string,
  findings: Findings,
): void {
  const curriculum = make(1);
  train(curriculum, 0, iterations, count);
  const before = canonicalJson(curriculum.state());
  for (const wrong of [0, -1, 1.5, NaN, Infinity]) {
    findings.expect(
      throws(() => curriculum.next(wrong)),
      "refusal",
      `next(${wrong}) is not refused ${where}`,
    );
  }
  for (const wrong of [null, 7, "state", [], {}, { random: [1, 2, 3, 4] }]) {
    const text = JSON.stringify(wrong);
    findings.expect(
      throws(() => curriculum.restore(wrong)),
      "refusal",
      `restore(${text}) is not refused ${where}`,
    );
  }
  findings.expect(
    canonicalJson(curriculum.state()) === before,
    "refusal",
    `Refused input changed the state ${where}`,
  );
}

function throws(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch {
    return true;
  }
}
