import { defineDomain, type DomainBehaviour, Random } from "exitlab/domain";
import * as v from "valibot";

type Task = { readonly number: number; readonly seed: string };

/** Squares, drawn for each split from a stream of its own, and yet from the same few. */
const squares = defineDomain({
  name: "squares",
  version: "1",
  schema: v.strictObject({}),
  build: (): DomainBehaviour<Task, null> => ({
    traits: { turns: "single", quality: "binary", feedback: false },
    selfIterationReward: "absolute",
    tasks: (split) => ({
      size: 20,
      at: (index) => {
        const seed = `${split}-${index}`;
        return { id: seed, task: { number: 11 + new Random(0, seed).int(30), seed } };
      },
    }),
    begin: () => null,
    prompt: ({ number }) => [{ role: "user", content: `What is ${number} squared?` }],
    step: ({ number }, state, response) => {
      const solved = response.trim() === String(number ** 2);
      const quality = Number(solved);
      return { state, verdict: { quality, solved, reward: quality }, done: true };
    },
    reference: ({ number }) => [String(number ** 2)],
    perturbed: ({ number }) => [String(number ** 2 + 1)],
  }),
});

export default squares();
