import { canonicalJson, type Json } from "../json.ts";
import { makeCurriculum, train, type Trial } from "./conformance_run.ts";
import type { Curriculum } from "./curriculum.ts";

/** Same seed, same picks; another seed, others. */
export function checkSeeds(trial: Trial): void {
  const { iterations, count, where, findings } = trial;
  const picks = (seed: number): string =>
    canonicalJson(train(makeCurriculum(trial, seed), 0, iterations, count));
  const first = picks(1);
  findings.expect(
    first === picks(1),
    "same seed",
    `Two curricula of one seed pick different starts ${where}`,
  );
  findings.expect(first !== picks(2), "same seed", `Two seeds pick the same starts ${where}`);
}

/** A curriculum restored from a state that was stored as text has the same future. */
export function checkRestore(trial: Trial): void {
  const { iterations, count, where, findings } = trial;
  const original = makeCurriculum(trial, 1);
  train(original, 0, iterations, count);
  const saved = JSON.stringify(original.state());
  findings.expect(
    saved === JSON.stringify(original.state()),
    "restore",
    `state() changes the curriculum ${where}`,
  );
  const restored = makeCurriculum(trial, 99);
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

/**
 * The state does not grow for ever: at its largest, it has no more than some more digits in iterations 2n to 4n than it had
 * in iterations n to 2n.
 */
export function checkMemory(trial: Trial): void {
  const { iterations, count, where, findings } = trial;
  const curriculum = makeCurriculum(trial, 1);
  const largest = (from: number, to: number): number => {
    let length = 0;
    for (let iteration = from; iteration < to; iteration++) {
      train(curriculum, iteration, iteration + 1, count);
      length = Math.max(length, JSON.stringify(curriculum.state()).length);
    }
    return length;
  };
  train(curriculum, 0, iterations, count);
  const before = largest(iterations, 2 * iterations);
  const after = largest(2 * iterations, 4 * iterations);
  findings.expect(
    after <= 1.1 * before + 100,
    "memory",
    `The state grew from ${before} to ${after} characters ${where}`,
  );
}

/** What cannot be is refused, and leaves everything as it was. */
export function checkRefusals(trial: Trial): void {
  const { iterations, count, where, findings } = trial;
  const curriculum = makeCurriculum(trial, 1);
  train(curriculum, 0, iterations, count);
  const before = canonicalJson(curriculum.state());
  for (const wrong of [0, -1, 1.5, NaN, Infinity]) {
    findings.expect(
      throws(() => curriculum.next(wrong)),
      "refusal",
      `next(${wrong}) is not refused ${where}`,
    );
  }
  const others: readonly Json[] = [null, 7, "state", [], {}, { random: [1, 2, 3, 4] }];
  for (const wrong of others) {
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
