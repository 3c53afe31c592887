import { defineDomain, type DomainBehaviour } from "exitlab/domain";
import * as v from "valibot";

type Task = { readonly question: string; readonly answer: string };

/** Products; the prompt shows the task as it is stored. */
const products = defineDomain({
  name: "products",
  version: "1",
  schema: v.strictObject({}),
  build: (): DomainBehaviour<Task, null> => ({
    traits: { turns: "single", quality: "binary", feedback: false },
    selfIterationReward: "absolute",
    tasks: (split) => ({
      size: 20,
      at: (index) => {
        const [left, right] = [11 + index, split === "train" ? 17 : 19];
        const task = { question: `${left} times ${right}`, answer: String(left * right) };
        return { id: task.question, task };
      },
    }),
    begin: () => null,
    prompt: (task) => [{ role: "user", content: `Solve this: ${JSON.stringify(task)}` }],
    step: ({ answer }, state, response) => {
      const solved = response.trim() === answer;
      const quality = Number(solved);
      return { state, verdict: { quality, solved, reward: quality }, done: true };
    },
    reference: ({ answer }) => [answer],
    perturbed: ({ answer }) => [`${answer}0`, String(Number(answer) + 1)],
  }),
});

export default products();
