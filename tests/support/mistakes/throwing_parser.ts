import { defineDomain, type DomainBehaviour } from "exitlab/domain";
import * as v from "valibot";

/** A list of the first numbers, as JSON. */
const lists = defineDomain({
  name: "lists",
  version: "1",
  schema: v.strictObject({}),
  build: (): DomainBehaviour<number, null> => ({
    traits: { turns: "single", quality: "binary", feedback: false },
    selfIterationReward: "absolute",
    tasks: (split) => ({
      size: 10,
      at: (index) => {
        const length = 2 * index + (split === "train" ? 4 : 5);
        return { id: String(length), task: length };
      },
    }),
    begin: () => null,
    prompt: (length) => [{ role: "user", content: `The first ${length} numbers as a JSON list, please.` }],
    step: (length, state, response) => {
      const list: unknown = JSON.parse(response);
      const solved = Array.isArray(list) && list.length === length &&
        list.every((each, at) => each === at + 1);
      const quality = Number(solved);
      return { state, verdict: { quality, solved, reward: quality }, done: true };
    },
    reference: (length) => [JSON.stringify(Array.from({ length }, (_, at) => at + 1))],
    perturbed: (length) => [JSON.stringify(Array.from({ length }, (_, at) => at))],
  }),
});

export default lists();
