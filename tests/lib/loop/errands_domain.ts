import * as v from "valibot";
import { defineDomain, type Domain, type Message } from "exitlab/domain";

type Options = { readonly turns: number; readonly rule: "absolute" | "improvement" };
type Task = { readonly answer: string };
type State = { readonly messages: readonly Message[]; readonly right: number };

/**
 * A conversation: in each turn a digit from 1 to 4 is to be guessed, the first letter of the response. What was said stays; a
 * tool answers every other turn, and the user makes another request after the rest. A second response that starts with 4
 * ends the episode early. Quality is the share of right guesses so far.
 */
export const errands: (given?: Partial<Options>) => Domain<Task, State> = defineDomain<Options, Task, State>({
  name: "errands",
  version: "1",
  schema: v.strictObject({
    turns: v.optional(v.number(), 3),
    rule: v.optional(v.picklist(["absolute", "improvement"]), "absolute"),
  }),
  build: ({ turns, rule }) => ({
    traits: { turns: "multi", quality: "graded", feedback: false },
    selfIterationReward: rule,
    longest: { prompt: 200, response: 4 },
    mostTurns: { train: turns, test: turns },
    tasks: (split) => ({
      size: 8,
      at: (index) => ({ id: `${split}-${index}`, task: { answer: String(index % 3 + 1) } }),
    }),
    begin: ({ answer }) => ({ messages: [say("user", `Request 0: guess ${answer}`)], right: 0 }),
    prompt: (_task, { messages }) => [say("system", "Be brief."), ...messages],
    step: ({ answer }, { messages, right }, response) => {
      const turn = messages.filter(({ role }) => role === "assistant").length;
      const hits = right + Number(response.startsWith(answer));
      const solved = hits === turns;
      const quality = hits / turns;
      const next = turn % 2 === 0
        ? say("tool", `Seen in turn ${turn}`)
        : say("user", `Request ${turn}: guess ${answer} again`);
      return {
        state: { messages: [...messages, say("assistant", response), next], right: hits },
        verdict: { quality, solved, reward: quality },
        done: turn + 1 >= turns || (turn === 1 && response.startsWith("4")),
      };
    },
    reference: ({ answer }) => Array.from({ length: turns }, () => answer),
    metrics: (attempts) => ({
      length: attempts.length,
      first: Number((attempts[0]?.verdict.quality ?? 0) > 0),
    }),
  }),
});

function say(role: Message["role"], content: string): Message {
  return { role, content };
}
