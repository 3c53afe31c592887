/**
 * The program in a response: the last fenced block of it, or all of it where there is none. A block that is not closed ends
 * with the response.
 *
 * @example
 * ```ts
 * import { programIn } from "exitlab/domains/mle/program_text.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(programIn("First:\n~~~python\nprint(1)\n~~~\nBetter:\n~~~python\nprint(2)\n~~~"), "print(2)\n");
 * assert.equal(programIn("print(3)"), "print(3)");
 * ```
 */
export function programIn(response: string): string {
  const blocks: string[] = [];
  let block: { readonly fence: string; readonly lines: string[] } | undefined;
  for (const line of response.split("\n")) {
    const fence = line.match(/^\s*(`{3,}|~{3,})/)?.[1];
    if (block === undefined) {
      if (fence !== undefined) block = { fence, lines: [] };
    } else if (fence !== undefined && fence.startsWith(block.fence) && line.trim() === fence) {
      blocks.push(text(block.lines));
      block = undefined;
    } else {
      block.lines.push(line);
    }
  }
  if (block !== undefined) blocks.push(text(block.lines));
  return blocks.at(-1) ?? response;
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
