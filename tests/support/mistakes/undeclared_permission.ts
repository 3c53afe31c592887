import { defineDomain, type DomainBehaviour } from "exitlab/domain";
import * as v from "valibot";

const dictionary = "/usr/share/dict/words";

/** A word that begins with two letters, looked up in the machine's dictionary. */
const beginnings = defineDomain({
  name: "beginnings",
  version: "1",
  schema: v.strictObject({}),
  build: (): DomainBehaviour<string, null> => ({
    traits: { turns: "single", quality: "binary", feedback: false },
    selfIterationReward: "absolute",
    tasks: (split) => ({
      size: 10,
      at: (index) => {
        const start = `${"abcdefghij"[index]}${split === "train" ? "a" : "o"}`;
        return { id: start, task: start };
      },
    }),
    begin: () => null,
    prompt: (start) => [{ role: "user", content: `A word that begins with "${start}"?` }],
    step: (start, state, response) => {
      const solved = response.startsWith(start) &&
        Deno.readTextFileSync(dictionary).split("\n").includes(response);
      const quality = Number(solved);
      return { state, verdict: { quality, solved, reward: quality }, done: true };
    },
    perturbed: (start) => [`${start}xqz`],
  }),
});

export default beginnings();
