import type { Scaffold } from "../metrics/scaffold.ts";

/** How an answer after k steps is called, by how it came about. */
export const answerWords: Readonly<Record<Scaffold, string>> = {
  chain: "the latest answer after k self-improvement steps",
  search:
    "after k steps of a search the best answer so far by validation, which the score told here had no part in",
  both:
    "after k self-improvement steps the latest answer of a chain, or the best so far by validation of a search",
};

/** The same in few words, for the axis of a picture; the latest needs none there. */
export const axisWords: Readonly<Record<Scaffold, string>> = {
  chain: "",
  search: ", best so far by validation",
  both: ", latest or best so far by validation",
};

/** The same in few words, for a line above a table. */
export const shortWords: Readonly<Record<Scaffold, string>> = {
  chain: "latest iterate",
  search: "best so far by validation",
  both: "latest iterate, or of a search best so far by validation",
};
