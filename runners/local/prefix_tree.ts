import type { TokenSequence } from "../../lib/engine/engine.ts";

/** Sequences that begin alike, so that the tokens they share go through the layers once. */
export interface PrefixTree {
  /** How many tokens the members share. */
  readonly shared: number;
  /** Indices of the members in the batch. */
  readonly members: readonly number[];
  /** Rows that the tree takes: the shared tokens once and the rest of each member. */
  readonly rows: number;
}

/** Sharing fewer tokens than this is not worth a segment of its own. */
const LEAST_SHARED = 8;

/**
 * Groups sequences by what they begin with. They are put in lexicographic order; one joins the tree before it if it
 * shares at least half of what that tree shares. A tree takes at most `mostRows` rows.
 *
 * @param batch The sequences.
 * @param indices Which of them to group.
 */
export function growTrees(
  batch: readonly TokenSequence[],
  indices: readonly number[],
  mostRows: number,
): PrefixTree[] {
  const sequences = indices.map((index) => ({ index, tokens: batch[index] ?? [] }))
    .toSorted((a, b) => compareTokens(a.tokens, b.tokens) || a.index - b.index);
  const trees: PrefixTree[] = [];
  let head: TokenSequence = [];
  for (const { index, tokens } of sequences) {
    const tree = trees.at(-1);
    const joined = tree &&
      join(tree, index, tokens.length, sharedLength(head, tokens, tree.shared), mostRows);
    if (joined !== undefined) trees[trees.length - 1] = joined;
    else {
      trees.push({ shared: tokens.length, members: [index], rows: tokens.length });
      head = tokens;
    }
  }
  return trees;
}

function join(
  tree: PrefixTree,
  index: number,
  length: number,
  shared: number,
  mostRows: number,
): PrefixTree | undefined {
  if (shared < LEAST_SHARED || shared < tree.shared / 2) return undefined;
  const rows = tree.rows + (tree.members.length - 1) * (tree.shared - shared) + length - shared;
  return rows > mostRows ? undefined : { shared, members: [...tree.members, index], rows };
}

/** How many tokens two sequences share at their beginning, counted up to `most`. */
function sharedLength(a: TokenSequence, b: TokenSequence, most: number): number {
  const end = Math.min(a.length, b.length, most);
  for (let at = 0; at < end; at++) if (a[at] !== b[at]) return at;
  return end;
}

function compareTokens(a: TokenSequence, b: TokenSequence): number {
  const shared = sharedLength(a, b, Infinity);
  return (a[shared] ?? -1) - (b[shared] ?? -1);
}
