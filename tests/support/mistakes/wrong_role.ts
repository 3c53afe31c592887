import { defineDomain, type DomainBehaviour } from "exitlab/domain";
import * as v from "valibot";

/** Opposites; the prompt begins the answer in the policy's place. */
const negations = defineDomain({
  name: "negations",
  version: "1",
  schema: v.strictObject({}),
  build: (): DomainBehaviour<number, null> => ({
    traits: { turns: "single", quality: "binary", feedback: false },
    selfIterationReward: "absolute",
    tasks: (split) => ({
      size: 12,
      at: (index) => {
        const number = 2 * index + (split === "train" ? 10 : 11);
        return { id: String(number), task: number };
      },
    }),
    begin: () => null,
    prompt: (number) => [
      { role: "user", content: `What is ${number} below zero?` },
      { role: "assistant", content: "The answer is" },
    ],
    step: (number, state, response) => {
      const solved = response.trim() === `-${number}`;
      const quality = Number(solved);
      return { state, verdict: { quality, solved, reward: quality }, done: true };
    },
    reference: (number) => [`-${number}`],
    perturbed: (number) => [String(number)],
  }),
});

export default negations();
