import { defineDomain, type DomainBehaviour } from "exitlab/domain";
import * as v from "valibot";

/** Say a word twice; graded by how often the word comes among the words. */
const mentions = defineDomain({
  name: "mentions",
  version: "1",
  schema: v.strictObject({}),
  build: (): DomainBehaviour<string, null> => ({
    traits: { turns: "single", quality: "graded", feedback: false },
    selfIterationReward: "absolute",
    tasks: (split) => ({
      size: 12,
      at: (index) => {
        const word = `${split === "train" ? "pa" : "ta"}${
          "tokimurane".slice(index % 8, index % 8 + 2)
        }${index}`;
        return { id: word, task: word };
      },
    }),
    begin: () => null,
    prompt: (word) => [{ role: "user", content: `Say twice: ${word}` }],
    step: (word, state, response) => {
      const words = response.split(" ").filter((each) => each !== "");
      const quality = words.filter((each) => each === word).length / words.length;
      return { state, verdict: { quality, solved: quality === 1, reward: quality }, done: true };
    },
    reference: (word) => [`${word} ${word}`],
    perturbed: (word) => [`${word} ${word} no`],
  }),
});

export default mentions();
