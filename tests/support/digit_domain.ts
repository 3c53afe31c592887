import * as v from "valibot";
import { defineDomain, type Domain } from "exitlab/domain";

type Options = { readonly turns: number; readonly tasks: number; readonly broken: boolean };
type Task = { readonly answer: string };
type State = { readonly turn: number };

/** Guess a digit from 1 to 4, `turns` times in a row; the first letter of the response is the guess. */
export const digits: (given?: object) => Domain<Task, State> = defineDomain<Options, Task, State>({
  name: "digits",
  version: "1",
  schema: v.strictObject({
    turns: v.optional(v.number(), 1),
    tasks: v.optional(v.number(), 8),
    broken: v.optional(v.boolean(), false),
  }),
  build: ({ turns, tasks, broken }) => ({
    traits: { turns: turns === 1 ? "single" : "multi", quality: "binary", feedback: false },
    selfIterationReward: "absolute",
    longest: { prompt: 16, response: 4 },
    tasks: (split) => ({
      size: tasks,
      at: (index) => {
        if (index < 0 || index >= tasks) throw new RangeError(`No task ${index}`);
        return { id: `${split}-${index}`, task: { answer: String(index % 4 + 1) } };
      },
    }),
    begin: () => ({ turn: 0 }),
    prompt: ({ answer }, { turn }) => [{ role: "user", content: `guess ${answer} at ${turn}` }],
    step: ({ answer }, { turn }, response) => {
      const solved = response.startsWith(answer);
      const quality = broken ? NaN : Number(solved);
      return {
        state: { turn: turn + 1 },
        verdict: { quality, solved, reward: quality },
        done: turn + 1 >= turns,
      };
    },
    demonstrate: (mode, random) => ({
      messages: [{ role: "user", content: `guess ${mode}` }],
      response: String(random.int(4) + 1),
    }),
  }),
});
