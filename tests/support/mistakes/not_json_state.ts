import { defineDomain, type DomainBehaviour } from "exitlab/domain";
import * as v from "valibot";

type State = { readonly turn: number; readonly best: number };
const turns = 2;

/** Two tries at a number; the better one counts. */
const tries = defineDomain({
  name: "tries",
  version: "1",
  schema: v.strictObject({}),
  build: (): DomainBehaviour<number, State> => ({
    traits: { turns: "multi", quality: "graded", feedback: false },
    selfIterationReward: "absolute",
    mostTurns: { train: turns, test: turns },
    tasks: (split) => ({
      size: 12,
      at: (index) => {
        const wanted = 2 * index + (split === "train" ? 0 : 1);
        return { id: String(wanted), task: wanted };
      },
    }),
    begin: () => ({ turn: 0, best: -Infinity }),
    prompt: (wanted, { turn }) => [{ role: "user", content: `Half of ${2 * wanted}? Try ${turn + 1}.` }],
    step: (wanted, { turn, best }, response) => {
      const quality = Math.max(best, 0, 1 - Math.abs((Number(response.slice(0, 4)) || 0) - wanted) / 100);
      const state = { turn: turn + 1, best: quality };
      return {
        state,
        verdict: { quality, solved: quality === 1, reward: quality },
        done: turn + 1 === turns,
      };
    },
    reference: (wanted) => ["0", String(wanted)],
  }),
});

export default tries();
