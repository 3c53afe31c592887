import { defineDomain, type DomainBehaviour } from "exitlab/domain";
import * as v from "valibot";

/** Digits in groups, read by a pattern that repeats what repeats: what does not fit takes it for ever. */
const groups = defineDomain({
  name: "groups",
  version: "1",
  schema: v.strictObject({}),
  build: (): DomainBehaviour<number, null> => ({
    traits: { turns: "single", quality: "binary", feedback: false },
    selfIterationReward: "absolute",
    tasks: (split) => ({
      size: 10,
      at: (index) => {
        const number = 1_000_007 + 1_000 * index + (split === "train" ? 0 : 1);
        return { id: String(number), task: number };
      },
    }),
    begin: () => null,
    prompt: (number) => [{ role: "user", content: `Write ${number} with commas.` }],
    step: (number, state, response) => {
      const solved = /^(\d+,?)+$/.test(response) && response === number.toLocaleString("en");
      const quality = Number(solved);
      return { state, verdict: { quality, solved, reward: quality }, done: true };
    },
    reference: (number) => [number.toLocaleString("en")],
    perturbed: (number) => [String(number)],
  }),
});

export default groups();
