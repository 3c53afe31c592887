/**
 * Text for a terminal: what a model or a file wrote must not steer it, so that each control character is shown as a dot.
 *
 * @param most The most characters; what is longer is cut and ends in `…`. Default no limit.
 *
 * @example
 * ```ts
 * import { printable } from "exitlab/runners/cli/printable.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(printable("\x1b[2Jone\ntwo", 9), "·[2Jone·…");
 * ```
 */
export function printable(text: string, most: number = Infinity): string {
  const characters = [
    ...text.slice(0, most === Infinity ? undefined : 2 * most + 2).replaceAll(/\p{Cc}/gu, "·"),
  ];
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : characters.join("");
}
