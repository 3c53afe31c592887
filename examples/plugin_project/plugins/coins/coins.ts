/**
 * An amount is to be paid with as few coins as can be. The largest coin first is not always best, so that there is
 * something to improve: 6 is 3 + 3, not 4 + 1 + 1.
 */
import {
  contentHash,
  defineDomain,
  type Domain,
  type DomainBehaviour,
  Random,
  seededTasks,
  type Split,
  whole,
} from "exitlab/domain";
import * as v from "valibot";

type Options = { readonly most: number; readonly trainingTasks: number };
/** The coins besides 1, and what is to be paid. */
type Task = { readonly coins: string; readonly amount: number };

/** An amount, paid with coins of 1 and of two other values; the answer is the coins, such as `"33"`. */
export const coins: (options?: Partial<Options>) => Domain<Task, null> = defineDomain({
  name: "coins",
  version: "1",
  schema: v.strictObject({
    /** The largest amount. */
    most: v.optional(whole(8, 40), 12),
    trainingTasks: v.optional(whole(1, 128), 128),
  }),
  build,
});

/** The task decides the side, so that none is in both. */
const splitOf = (task: Task): Split => contentHash(task).charCodeAt(1) % 4 === 0 ? "test" : "train";

function drawTask(most: number, split: Split, random: Random): Task {
  for (;;) {
    const low = 2 + random.int(6);
    const values = `${low}${low + 1 + random.int(9 - low)}`;
    const task = { coins: values, amount: 4 + random.int(most - 3) };
    if (splitOf(task) === split) return task;
  }
}

/** The fewest coins of each amount from 0, largest coins first. */
function best({ coins, amount }: Task): string {
  const paid = [""];
  for (let sum = 1; sum <= amount; sum++) {
    const ways = [1, ...[...coins].map(Number)].filter((coin) => coin <= sum)
      .map((coin) => `${coin}${paid[sum - coin] ?? ""}`);
    paid.push(
      ways.reduce((least, way) => way.length < least.length ? way : least),
    );
  }
  return [...paid[amount] ?? ""].toSorted().toReversed().join("");
}

function build({ most, trainingTasks }: Options): DomainBehaviour<Task, null> {
  const source = (split: Split, size: number) =>
    seededTasks(size, (index) => {
      const random = new Random(0, "coins", split, index);
      return () => {
        const task = drawTask(most, split, random);
        return { id: `${task.coins}:${task.amount}`, task };
      };
    }, "coins(); ask for fewer tasks");
  const sources = {
    train: source("train", trainingTasks),
    test: source("test", 32),
  };
  // One character says what is asked, then the two coins, then the amount in two digits.
  const show = ({ coins, amount }: Task): string => `${coins}${String(amount).padStart(2, "0")}`;
  const ask = (content: string) => [{ role: "user" as const, content }];

  return {
    traits: { turns: "single", quality: "graded", feedback: false },
    selfIterationReward: "absolute",
    longest: { prompt: 6 + most, response: most },
    tasks: (split) => sources[split],
    begin: () => null,
    prompt: (task) => ask(`B${show(task)}`),
    iterate: (task, _state, { response }, mode) =>
      ask(
        `${mode === "improve" ? "I" : "D"}${show(task)}:${response.slice(0, most)}`,
      ),
    step: (task, state, response) => {
      const known = /^[1-9]+$/.test(response) &&
        [...response].every((coin) => `1${task.coins}`.includes(coin));
      const pays = known &&
        [...response].reduce((sum, coin) => sum + Number(coin), 0) ===
          task.amount;
      const fewest = best(task).length;
      const solved = pays && response.length === fewest;
      const quality = solved ? 1 : pays ? 0.8 * fewest / response.length : known ? 0.1 : 0;
      return {
        state,
        verdict: { quality, solved, reward: quality },
        done: true,
      };
    },
    reference: (task) => [best(task)],
    perturbed: (
      task,
    ) => [`1${best(task)}`, best(task).slice(1), "1".repeat(task.amount + 1)],
    demonstrate: (mode, random) => {
      const task = drawTask(most, "train", random);
      const ones = (paid: string): string => {
        const [first = "1", ...rest] = paid;
        return [...rest, ..."1".repeat(Number(first))].join("");
      };
      const attempt = random.chance(0.4) ? best(task) : ones(best(task));
      if (mode === "base") {
        return { messages: ask(`B${show(task)}`), response: attempt };
      }
      const response = mode === "improve" && random.chance(0.6) ? best(task) : attempt;
      return {
        messages: ask(
          `${mode === "improve" ? "I" : "D"}${show(task)}:${attempt}`,
        ),
        response,
      };
    },
  };
}

export default coins();
