import type { CompletionBody } from "./inference_routes.ts";

/** A model for the domain of digits: right more often the longer a conversation is, as the draw's seed decides. */
export function guess({ messages, seed = 0 }: Pick<CompletionBody, "messages" | "seed">): string {
  const digit = /guess (\d)/.exec(messages.map(({ content }) => content).join("\n"))?.[1] ?? "1";
  const right = Math.imul(seed ^ messages.length, 0x9e3779b1) >>> 0 > 2 ** 31;
  return right ? `${digit} it is` : `${Number(digit) % 4 + 1} I think`;
}
