import { defineDomain, type DomainBehaviour } from "exitlab/domain";
import * as v from "valibot";

/** Answers that were given before, which are to be worth less. */
const seen = new Set<string>();

/** Name a multiple of a number. */
const multiples = defineDomain({
  name: "multiples",
  version: "1",
  schema: v.strictObject({}),
  build: (): DomainBehaviour<number, null> => ({
    traits: { turns: "single", quality: "graded", feedback: false },
    selfIterationReward: "absolute",
    tasks: (split) => ({
      size: 20,
      at: (index) => {
        const of = 2 * index + (split === "train" ? 3 : 4);
        return { id: String(of), task: of };
      },
    }),
    begin: () => null,
    prompt: (of) => [{ role: "user", content: `Name a multiple of ${of}.` }],
    step: (of, state, response) => {
      const solved = Number(response) % of === 0 && Number(response) > 0;
      const quality = solved ? seen.has(response) ? 0.5 : 1 : 0;
      seen.add(response);
      return { state, verdict: { quality, solved, reward: quality }, done: true };
    },
    reference: (of) => [String(7 * of)],
  }),
});

export default multiples();
