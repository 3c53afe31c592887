/** Letters to be put in order by swaps of neighbours: `"cab"` is mended by `"12"`, by way of `"acb"`. */
import { contentHash, defineDomain, type Domain, type DomainBehaviour, type Random } from "exitlab/domain";
import * as v from "valibot";

/** Every order of some letters. */
function orders(letters: string): string[] {
  if (letters === "") return [""];
  return [...letters].flatMap((first) => orders(letters.replace(first, "")).map((rest) => first + rest));
}

/** How many pairs of letters stand the wrong way round. */
const disorder = (text: string): number =>
  [...text].flatMap((letter, at) => [...text.slice(at)].filter((later) => later < letter)).length;

/** The text after the letter at each place was swapped with the next one; nothing where a place is none. */
function swapped(text: string, places: string): string | undefined {
  if (!/^[1-4]{0,10}$/.test(places)) return undefined;
  const letters = [...text];
  for (const place of places) letters.splice(Number(place), 0, ...letters.splice(Number(place) - 1, 1));
  return letters.join("");
}

/** Swaps that put a text in order, from the left; without `care`, some are at any other place. */
function sorting(text: string, random?: Random, care = 1): string {
  const at = [...text].findIndex((letter, at) => letter > (text[at + 1] ?? letter)) + 1;
  if (at === 0) return "";
  const place = random?.chance(1 - care) ? 1 + random.int(4) : at;
  return place + sorting(swapped(text, String(at)) ?? "", random, care);
}

/** No two orders share an answer, so that it is enough to part them. */
const lists = Object.groupBy(
  orders("abcde").filter((text) => disorder(text) > 0),
  (text) => contentHash(text).charCodeAt(0) % 4 === 0 ? "test" : "train",
);

const ask = (content: string) => [{ role: "user", content } as const];

/** Five letters out of order; a response is places, from 1, and the quality is the share of order restored. */
export const swaps: () => Domain<string, null> = defineDomain({
  name: "swaps",
  version: "1",
  schema: v.strictObject({}),
  build: (): DomainBehaviour<string, null> => ({
    traits: { turns: "single", quality: "graded", feedback: false },
    selfIterationReward: "absolute",
    longest: { prompt: 17, response: 10 },
    tasks: (split) => ({
      size: lists[split]?.length ?? 0,
      at: (index) => {
        const task = lists[split]?.[index];
        if (task === undefined) throw new RangeError(`No task ${index}`);
        return { id: task, task };
      },
    }),
    begin: () => null,
    prompt: (task) => ask(`B${task}`),
    iterate: (task, _state, { response }, mode) =>
      ask(`${mode === "improve" ? "I" : "D"}${task}:${response.slice(0, 10)}`),
    step: (task, state, response) => {
      const quality = Math.max(0, 1 - disorder(swapped(task, response) ?? task) / disorder(task));
      return { state, verdict: { quality, solved: quality === 1, reward: quality }, done: true };
    },
    reference: (task) => [sorting(task)],
    perturbed: (task) => [sorting(task).slice(1), `${sorting(task)}1`],
    demonstrate: (mode, random) => {
      const task = random.pick(lists.train ?? []);
      const earlier = mode === "base" ? "" : `:${sorting(task, random, 0.5)}`;
      const response = sorting(task, random, mode === "improve" ? 0.7 : 0.5);
      return { messages: ask({ base: "B", improve: "I", diverge: "D" }[mode] + task + earlier), response };
    },
  }),
});

export default swaps();
