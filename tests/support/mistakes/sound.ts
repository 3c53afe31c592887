import { defineDomain, type DomainBehaviour, Random, seededTasks, whole } from "exitlab/domain";
import * as v from "valibot";

type Task = { readonly left: number; readonly right: number };

/** Sums of two numbers, with nothing wrong about them; the other files here each add a mistake to such a domain. */
const sums = defineDomain({
  name: "sums",
  version: "1",
  schema: v.strictObject({ seed: v.optional(whole(0), 0), tasks: v.optional(whole(1), 40) }),
  build: ({ seed, tasks }): DomainBehaviour<Task, null> => ({
    traits: { turns: "single", quality: "graded", feedback: true },
    selfIterationReward: "improvement",
    longest: { prompt: 80, response: 4 },
    tasks: (split) =>
      seededTasks(tasks, (index) => {
        const random = new Random(seed, "sums", split, index);
        return () => {
          const left = random.int(90) + 10;
          // The sum's last digit tells the splits apart, so that no sum is on both sides.
          const right = 2 * random.int(40) + (left + (split === "train" ? 0 : 1)) % 2;
          return { id: `${left}+${right}`, task: { left, right } };
        };
      }, "sums; ask for fewer tasks"),
    begin: () => null,
    prompt: ({ left, right }) => [
      { role: "system", content: "Answer with a number." },
      { role: "user", content: `What is ${left} + ${right}?` },
    ],
    iterate: ({ left, right }, _state, { response, feedback }, mode) => [
      { role: "user", content: `${left} + ${right}, not ${response.slice(0, 4)} ${feedback}: ${mode}` },
    ],
    step: ({ left, right }, state, response) => {
      const said = /^\s*(\d{1,3})\s*$/.exec(response.slice(0, 20))?.[1];
      const off = said === undefined ? 1000 : Math.abs(Number(said) - left - right);
      const quality = Math.max(0, 1 - off / 100);
      const feedback = said === undefined ? "no number" : off === 0 ? "right" : "wrong";
      return { state, verdict: { quality, solved: off === 0, reward: quality }, feedback, done: true };
    },
    reference: ({ left, right }) => [String(left + right)],
    perturbed: ({ left, right }) => [String(left + right + 1), String(left + right - 10)],
    demonstrate: (_mode, random) => ({
      messages: [{ role: "user", content: `What is ${random.int(9)} + 200?` }],
      response: String(200 + random.int(9)),
    }),
  }),
});

export default sums();
