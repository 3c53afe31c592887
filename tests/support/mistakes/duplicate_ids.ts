import { defineDomain, type DomainBehaviour } from "exitlab/domain";
import * as v from "valibot";

type Task = { readonly word: string; readonly times: number };

/** Words to be repeated; the id is the word alone. */
const repeats = defineDomain({
  name: "repeats",
  version: "1",
  schema: v.strictObject({}),
  build: (): DomainBehaviour<Task, null> => ({
    traits: { turns: "single", quality: "binary", feedback: false },
    selfIterationReward: "absolute",
    tasks: (split) => ({
      size: 12,
      at: (index) => {
        const word = split === "train" ? ["oak", "elm", "ash"][index % 3] : ["fir", "yew", "bay"][index % 3];
        const task = { word: word ?? "", times: 2 + Math.floor(index / 3) };
        return { id: task.word, task };
      },
    }),
    begin: () => null,
    prompt: ({ word, times }) => [{ role: "user", content: `Write "${word}" ${times} times.` }],
    step: ({ word, times }, state, response) => {
      const solved = response === word.repeat(times);
      const quality = Number(solved);
      return { state, verdict: { quality, solved, reward: quality }, done: true };
    },
    reference: ({ word, times }) => [word.repeat(times)],
    perturbed: ({ word, times }) => [word.repeat(times + 1)],
  }),
});

export default repeats();
