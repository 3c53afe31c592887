import { share } from "./figures.ts";

/** A node of a search, as a tree shows it. */
export interface TreeNode {
  /** Its number, in the order of growth. */
  readonly node: number;
  /** The node that it works on; `null` for a draft. */
  readonly parent: number | null;
  /** What was asked: base (shown as draft), improve or debug. */
  readonly mode: string;
  /** The score that the search chose by, in [0, 1]. */
  readonly validation: number | null;
  /** The score that it never saw, in [0, 1]. */
  readonly test: number | null;
  /** Whether it failed. */
  readonly failed: boolean;
  /** Whether it became the best so far by validation. */
  readonly best: boolean;
  /** A few words behind it, such as the first line of an error; `""` for none. */
  readonly note: string;
}

/**
 * A search as a tree in characters: a line a node with what was asked, its scores on validation and test, and whether it
 * failed. A star marks the way from a draft to the best node by validation.
 *
 * @example
 * ```ts
 * import { searchTree } from "exitlab/lib/report/search_tree.ts";
 * import assert from "node:assert/strict";
 *
 * const common = { mode: "improve", failed: false, best: false, note: "" };
 * const text = searchTree([
 *   { ...common, node: 0, parent: null, mode: "base", validation: 0, test: 0, failed: true, note: "Line 1: no" },
 *   { ...common, node: 1, parent: 0, mode: "debug", validation: 0.5, test: 0.25, best: true },
 *   { ...common, node: 2, parent: 1, validation: 0.25, test: 0.75 },
 * ]);
 * assert.equal(
 *   text,
 *   [
 *     "  node               validation   test",
 *     "* 0 draft                failed      –  Line 1: no",
 *     "* └─ 1 debug              0.500  0.250  best",
 *     "     └─ 2 improve         0.250  0.750",
 *   ].join("\n"),
 * );
 * ```
 */
export function searchTree(nodes: readonly TreeNode[]): string {
  const children = Map.groupBy(nodes, ({ parent }) => parent);
  const found = nodes.findLast(({ best }) => best);
  const way = pathTo(found?.node ?? null, nodes);
  const lines: (readonly [name: string, validation: string, test: string, note: string])[] = [];
  const write = (node: TreeNode, first: string, rest: string): void => {
    const mark = way.has(node.node) ? "* " : "  ";
    const asked = node.mode === "base" ? "draft" : node.mode;
    const note = [node === found ? "best" : "", node.note].filter((part) => part !== "").join("  ");
    lines.push([
      `${mark}${first}${node.node} ${asked}`,
      node.failed ? "failed" : share(node.validation),
      node.failed ? share(null) : share(node.test),
      note,
    ]);
    const own = children.get(node.node) ?? [];
    for (const [at, child] of own.entries()) {
      const last = at === own.length - 1;
      write(child, `${rest}${last ? "└─ " : "├─ "}`, `${rest}${last ? "   " : "│  "}`);
    }
  };
  for (const draft of children.get(null) ?? []) write(draft, "", "");
  const width = Math.max(...lines.map(([name]) => name.length)) + 2;
  return [["  node", "validation", "test", ""] as const, ...lines].map(([name, validation, test, note]) =>
    `${name.padEnd(width)}${validation.padStart(12)}${test.padStart(7)}  ${note}`.trimEnd()
  ).join("\n");
}

/** The nodes on the way from a draft to a node, both included. */
function pathTo(node: number | null, nodes: readonly TreeNode[]): ReadonlySet<number> {
  const parents = new Map(nodes.map(({ node, parent }) => [node, parent]));
  const way = new Set<number>();
  for (let at = node; at !== null && !way.has(at); at = parents.get(at) ?? null) way.add(at);
  return way;
}
