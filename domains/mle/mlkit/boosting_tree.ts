import type { BinnedRows } from "./boosting_bins.ts";
import { bestSplit, leafValue, leastHessian, type Split, type SplitRules } from "./boosting_split.ts";
import {
  type Derivatives,
  fillHistogram,
  type Histogram,
  histogramStride,
  type NodeSums,
  subtractHistogram,
} from "./histogram.ts";
import type { Matrix } from "./matrix.ts";

/** How a tree grows. */
export interface TreeRules extends SplitRules {
  /** The most leaves. */
  readonly leaves: number;
  /** The most splits on the way to a leaf. */
  readonly depth: number;
  /** What the leaves' values are multiplied with. */
  readonly rate: number;
}

/** A tree; node 0 is the root. */
export interface Tree {
  /** Of each node the column that it looks at, or −1 for a leaf. */
  readonly column: Int32Array;
  /** Of each node the largest value that goes left. */
  readonly limit: Float64Array;
  /** Of each node 1 if missing values go left. */
  readonly missingLeft: Uint8Array;
  /** Of each node its left child; the right child is the next. */
  readonly left: Int32Array;
  /** Of each node the value that it adds if it is a leaf. */
  readonly value: Float64Array;
}

interface Node {
  readonly at: number;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  readonly sums: NodeSums;
  histogram: Histogram | null;
  split: Split | null;
}

/** Grows trees over the same rows, one after the other, in the same memory. */
export class TreeGrower {
  readonly #rows: BinnedRows;
  readonly #rules: TreeRules;
  readonly #order: Int32Array;
  readonly #aside: Int32Array;
  readonly #free: Histogram[] = [];

  /** Opens a grower. */
  constructor(rows: BinnedRows, rules: TreeRules) {
    this.#rows = rows;
    this.#rules = rules;
    this.#order = new Int32Array(rows.rows);
    this.#aside = new Int32Array(rows.rows);
  }

  /**
   * Grows a tree, always at the leaf whose split gains most, and adds each row's leaf to `scores`.
   *
   * @param scores One a row.
   */
  grow(derivatives: Derivatives, scores: Float64Array): Tree {
    const leaves = Math.min(this.#rules.leaves, this.#rows.rows);
    const tree: Tree = {
      column: new Int32Array(2 * leaves - 1).fill(-1),
      limit: new Float64Array(2 * leaves - 1),
      missingLeft: new Uint8Array(2 * leaves - 1),
      left: new Int32Array(2 * leaves - 1),
      value: new Float64Array(2 * leaves - 1),
    };
    const open = [this.#root(derivatives)];
    const settled: Node[] = [];
    let nodes = 1;
    while (open.length > 0) {
      const node = takeBest(open);
      const split = nodes < 2 * leaves - 1 ? node.split : null;
      if (split === null) {
        settled.push(node);
        this.#release(node);
        continue;
      }
      const children = this.#divide(node, split, nodes);
      this.#enter(tree, node, split, nodes);
      nodes += 2;
      if (nodes < 2 * leaves - 1) this.#prepare(node, children, derivatives);
      else this.#release(node);
      open.push(...children);
    }
    for (const node of settled) this.#settle(tree, node, scores);
    return nodes === tree.column.length ? tree : cut(tree, nodes);
  }

  #root(derivatives: Derivatives): Node {
    const { gradients, hessians } = derivatives;
    const count = gradients.length;
    for (let row = 0; row < count; row++) this.#order[row] = row;
    const gradient = gradients.reduce((sum, value) => sum + value, 0);
    const hessian = hessians?.reduce((sum, value) => sum + value, 0) ?? count;
    const sums = { gradient, hessian, count };
    const root: Node = { at: 0, start: 0, end: count, depth: 0, sums, histogram: null, split: null };
    if (this.#mayDivide(root)) {
      root.histogram = this.#filled(root, derivatives);
      this.#seek(root, derivatives);
    }
    return root;
  }

  /** Moves the rows of the left child before those of the right child; both keep their order. */
  #divide(node: Node, { column, bin, missingLeft, left }: Split, at: number): [Node, Node] {
    const { bins, columns, offsets, limits, missing } = this.#rows;
    const order = this.#order;
    const aside = this.#aside;
    const last = (offsets[column] ?? 0) + bin;
    const lost = missing[column] === 1 && missingLeft
      ? (offsets[column] ?? 0) + (limits[column]?.length ?? 0) + 1
      : -1;
    let middle = node.start;
    let right = 0;
    for (let place = node.start; place < node.end; place++) {
      const row = order[place] ?? 0;
      const slot = bins[row * columns + column] ?? 0;
      if (slot <= last || slot === lost) order[middle++] = row;
      else aside[right++] = row;
    }
    order.set(aside.subarray(0, right), middle);
    const { gradient, hessian, count } = node.sums;
    const depth = node.depth + 1;
    const rest = {
      gradient: gradient - left.gradient,
      hessian: hessian - left.hessian,
      count: count - left.count,
    };
    return [
      { at, start: node.start, end: middle, depth, sums: left, histogram: null, split: null },
      { at: at + 1, start: middle, end: node.end, depth, sums: rest, histogram: null, split: null },
    ];
  }

  /** Finds the children's splits: one histogram is summed, over the fewer rows, and the other is the difference. */
  #prepare(node: Node, [left, right]: readonly [Node, Node], derivatives: Derivatives): void {
    const [small, large] = left.sums.count <= right.sums.count ? [left, right] : [right, left];
    if (node.histogram !== null && (this.#mayDivide(small) || this.#mayDivide(large))) {
      small.histogram = this.#filled(small, derivatives);
      subtractHistogram(node.histogram, small.histogram);
      large.histogram = node.histogram;
      node.histogram = null;
      for (const child of [small, large]) {
        if (this.#mayDivide(child)) this.#seek(child, derivatives);
        else this.#release(child);
      }
    }
    this.#release(node);
  }

  #mayDivide({ sums, depth }: Node): boolean {
    return sums.count >= 2 * this.#rules.minLeaf && sums.hessian >= leastHessian && depth < this.#rules.depth;
  }

  #filled({ sums, start, end }: Node, derivatives: Derivatives): Histogram {
    const bins = this.#rows.offsets[this.#rows.columns] ?? 0;
    const histogram = this.#free.pop() ?? new Float64Array(bins * histogramStride(derivatives));
    fillHistogram(histogram, this.#rows, derivatives, sums, this.#order, start, end);
    return histogram;
  }

  #seek(node: Node, derivatives: Derivatives): void {
    if (node.histogram === null) return;
    const stride = histogramStride(derivatives);
    node.split = bestSplit(this.#rows, node.histogram, stride, node.sums, this.#rules);
    if (node.split === null) this.#release(node);
  }

  #release(node: Node): void {
    if (node.histogram !== null) this.#free.push(node.histogram);
    node.histogram = null;
  }

  #enter(tree: Tree, node: Node, { column, bin, missingLeft, left }: Split, child: number): void {
    const seen = this.#rows.missing[column] === 1;
    const more = 2 * left.count > node.sums.count;
    tree.column[node.at] = column;
    tree.limit[node.at] = this.#rows.limits[column]?.[bin] ?? Infinity;
    tree.missingLeft[node.at] = (seen ? missingLeft : more) ? 1 : 0;
    tree.left[node.at] = child;
  }

  #settle(tree: Tree, { at, start, end, sums }: Node, scores: Float64Array): void {
    const value = this.#rules.rate * leafValue(sums, this.#rules.l2);
    tree.value[at] = value;
    for (let place = start; place < end; place++) {
      const row = this.#order[place] ?? 0;
      scores[row] = (scores[row] ?? 0) + value;
    }
  }
}

/** Adds each row's leaf to `scores`, of which every row has `stride` and this tree's is number `offset`. */
export function addTree(tree: Tree, X: Matrix, scores: Float64Array, stride: number, offset: number): void {
  const { column, limit, missingLeft, left, value } = tree;
  for (let row = 0; row < X.rows; row++) {
    let node = 0;
    for (let split = column[0] ?? -1; split >= 0; split = column[node] ?? -1) {
      const seen = X.values[row * X.columns + split] ?? NaN;
      const goesLeft = Number.isNaN(seen) ? missingLeft[node] === 1 : seen <= (limit[node] ?? 0);
      node = (left[node] ?? 0) + (goesLeft ? 0 : 1);
    }
    const cell = row * stride + offset;
    scores[cell] = (scores[cell] ?? 0) + (value[node] ?? 0);
  }
}

/** Takes the node with the largest gain out of the list; of equals the earliest, and those without a split last. */
function takeBest(open: Node[]): Node {
  let best = 0;
  for (let at = 1; at < open.length; at++) {
    if ((open[at]?.split?.gain ?? 0) > (open[best]?.split?.gain ?? 0)) best = at;
  }
  const [node] = open.splice(best, 1);
  if (node === undefined) throw new RangeError("There is no node to divide.");
  return node;
}

function cut(tree: Tree, nodes: number): Tree {
  return {
    column: tree.column.slice(0, nodes),
    limit: tree.limit.slice(0, nodes),
    missingLeft: tree.missingLeft.slice(0, nodes),
    left: tree.left.slice(0, nodes),
    value: tree.value.slice(0, nodes),
  };
}
