/**
 * Digits, to be written in ascending order. This is a working example: change it
 * into your own domain from the top down. Comments say what each part is for.
 */
import {
  contentHash,
  defineDomain,
  type Domain,
  type DomainBehaviour,
  Random,
  seededTasks,
  type Split,
  whole,
} from "exitlab/domain";
import * as v from "valibot";

/** What an experiment may choose. Plain JSON: options are printed and hashed. */
type Options = {
  /** Digits of a task. */
  readonly digits: number;
  /** How many training tasks there are. */
  readonly trainingTasks: number;
  /** Whether a nearly right answer earns something in training. */
  readonly reward: "graded" | "binary";
};

/** Names, ranges and defaults: anything else is refused with a sentence. */
const schema = v.strictObject({
  digits: v.optional(whole(3, 12), 4),
  trainingTasks: v.optional(whole(1, 512), 256),
  reward: v.optional(v.picklist(["graded", "binary"]), "graded"),
});

/** The domain, as an experiment imports it. Change `Task` and `State` below. */
export const exampleName: (options?: Partial<Options>) => Domain<Task, null> = defineDomain({
  name: "example-name",
  // Raise it when tasks, prompts or verdicts change: old results differ then.
  version: "1",
  schema,
  build,
});

/** What one task is; any JSON. Here: the digits as they are shown. */
type Task = string;

/** The right answer. */
function answerOf(task: Task): string {
  return [...task].toSorted().join("");
}

/** The answer decides the side, so that no held-out answer is ever trained. */
function splitOf(task: Task): Split {
  return contentHash(answerOf(task)).charCodeAt(0) % 4 === 0 ? "test" : "train";
}

/** A task of a split. All chance comes from `random`: the same seed, the same. */
function drawTask(digits: number, split: Split, random: Random): Task {
  for (;;) {
    const task = Array.from({ length: digits }, () => random.int(10)).join("");
    // One that is sorted already would show its answer.
    if (splitOf(task) === split && task !== answerOf(task)) return task;
  }
}

/** What a domain does under its options. State: `null`, as there is one turn. */
function build(options: Options): DomainBehaviour<Task, null> {
  const { digits, trainingTasks, reward } = options;
  const source = (split: Split, size: number) =>
    seededTasks(size, (index) => {
      const random = new Random(0, "example-name", split, index);
      return () => {
        const task = drawTask(digits, split, random);
        // The id is the content's, so that it never changes.
        return { id: task, task };
      };
    }, "so few digits; ask for fewer tasks");
  const sources = {
    train: source("train", trainingTasks),
    test: source("test", 64),
  };

  return {
    traits: { turns: "single", quality: "graded", feedback: false },
    // What a step from an earlier attempt earns: the reward of its answer.
    selfIterationReward: "absolute",
    // The most characters of a prompt and of a response.
    longest: { prompt: 2 + 2 * digits, response: digits },
    tasks: (split) => sources[split],
    begin: () => null,

    // The base request. As short as can be: a tiny model reads characters.
    prompt: (task) => [{ role: "user", content: `B${task}` }],

    // "Improve this" and "answer differently", as short; never a verdict.
    // Without `iterate`, operators ask in words, for models that can read.
    iterate: (task, _state, { response }, mode) => {
      const letter = mode === "improve" ? "I" : "D";
      const content = `${letter}${task}:${response.slice(0, digits)}`;
      return [{ role: "user", content }];
    },

    // The verdict. Any response gets one: empty, endless, not text at all.
    step: (task, state, response) => {
      const wanted = answerOf(task);
      const right = [...wanted].filter((digit, at) => digit === response[at]);
      const solved = response === wanted;
      // Quality may be partial, but only a solution has quality 1.
      const quality = solved ? 1 : 0.9 * right.length / digits;
      const earned = reward === "graded" ? quality : Number(solved);
      return { state, verdict: { quality, solved, reward: earned }, done: true };
    },

    // A known-good response for each turn, which `validate` scores.
    reference: (task) => [answerOf(task)],

    // Responses that are nearly right: the judge must not take them.
    perturbed: (task) => {
      const answer = answerOf(task);
      return [answer.slice(1), `${answer} `, [...answer].toReversed().join("")];
    },

    // Worked examples for the warm start of a small model; often wrong on
    // purpose: what is to be learned is left to training. Train tasks alone.
    demonstrate: (mode, random) => {
      const task = drawTask(digits, "train", random);
      const noisy = (share: number, otherwise: (at: number) => string) =>
        Array.from(
          answerOf(task),
          (digit, at) => random.chance(share) ? digit : otherwise(at),
        ).join("");
      const guess = () => noisy(0.6, () => String(random.int(10)));
      if (mode === "base") {
        const content = `B${task}`;
        return { messages: [{ role: "user", content }], response: guess() };
      }
      const earlier = guess();
      const response = mode === "improve" ? noisy(0.5, (at) => earlier.charAt(at)) : guess();
      const content = `${mode === "improve" ? "I" : "D"}${task}:${earlier}`;
      return { messages: [{ role: "user", content }], response };
    },
  };
}

export default exampleName();
