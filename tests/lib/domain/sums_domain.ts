import type { Domain, Step } from "../../../lib/domain/domain.ts";

/** The sum of two digits, given one at a time: two turns, the second answers. */
export const sound: Domain = {
  part: "domain",
  kind: "sums",
  version: "1",
  options: {},
  given: {},
  rebuild: () => sound,
  traits: { turns: "multi", quality: "graded", feedback: true },
  selfIterationReward: "absolute",
  longest: { prompt: 12, response: 2 },
  tasks: (split) => ({
    size: 20,
    at: (index) => {
      const task = [index, split === "train" ? 7 : 8];
      return { id: task.join("+"), task };
    },
  }),
  begin: () => 0,
  prompt: (task, state) => [{ role: "user", content: `Turn ${state}: ${terms(task)[Number(state)]}` }],
  step: (task, state, response) => play(terms(task), Number(state), response),
  reference: (task) => {
    const [first = 0, second = 0] = terms(task);
    return [String(first), String(first + second)];
  },
  perturbed: (task) => [1, 2].map((off) => String((terms(task)[0] ?? 0) + off)),
  demonstrate: () => ({ messages: [{ role: "user", content: "Turn 0: 99" }], response: "99" }),
};

/** The digits of a task. */
export function terms(task: unknown): number[] {
  return Array.isArray(task) ? task.map(Number) : [];
}

/** A turn of it. */
export function play([first = 0, second = 0]: number[], turn: number, response: string): Step<number> {
  const wanted = turn === 0 ? first : first + second;
  const solved = response === String(wanted);
  const quality = solved ? 1 : 0.5;
  return {
    state: 1,
    verdict: { quality, solved, reward: quality },
    feedback: solved ? "right" : "wrong",
    done: turn === 1,
  };
}

/** A step of the sound domain with its verdict changed. */
export function verdictWith(change: Partial<Step<number>["verdict"]>): Partial<Domain> {
  return {
    step: (task, state, response) => {
      const step = play(terms(task), Number(state), response);
      return { ...step, verdict: { ...step.verdict, ...change } };
    },
  };
}
