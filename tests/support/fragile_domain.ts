import * as v from "valibot";
import { defineDomain, type Domain } from "exitlab/domain";

type Options = {
  readonly tasks: number;
  readonly breaking: string;
  readonly gain: "improvement" | "absolute";
};
type Task = { readonly target: string };

/**
 * Programs of four digits: those that begin with one of the `breaking` digits fail. Of the others validation grades the
 * first half and the hidden test the second, by how near they are to the target.
 */
export const fragile: (given?: object) => Domain<Task, null> = defineDomain<Options, Task, null>({
  name: "fragile",
  version: "1",
  schema: v.strictObject({
    tasks: v.optional(v.number(), 4),
    breaking: v.optional(v.string(), "12"),
    gain: v.optional(v.picklist(["improvement", "absolute"]), "improvement"),
  }),
  build: ({ tasks, breaking, gain }) => ({
    traits: { turns: "single", quality: "graded", feedback: true },
    selfIterationReward: { improve: gain, diverge: "absolute" },
    tasks: (split) => ({
      size: tasks,
      at: (index) => {
        if (index < 0 || index >= tasks) throw new RangeError(`No task ${index}`);
        const target = String(1111 + 13 * index + (split === "train" ? 0 : 7));
        return { id: `${split}-${index}`, task: { target } };
      },
    }),
    begin: () => null,
    prompt: ({ target }) => [{ role: "user", content: `Write ${target}.` }],
    step: ({ target }, state, response) => {
      if (response === "" || breaking.includes(response.slice(0, 1))) {
        return {
          state,
          verdict: { quality: 0, solved: false, reward: 0, failed: true },
          feedback: `Cannot begin with ${JSON.stringify(response.slice(0, 1))}`,
          done: true,
        };
      }
      const near = (from: number): number => {
        const [wanted, found] = [target, response].map((text) => Number(text.slice(from, from + 2)) || 0);
        return Math.max(0, 1 - Math.abs((wanted ?? 0) - (found ?? 0)) / 50);
      };
      const quality = near(2);
      return {
        state,
        verdict: { quality, solved: quality === 1, reward: near(0) },
        feedback: `Validation ${near(0).toFixed(3)}`,
        done: true,
      };
    },
  }),
});
