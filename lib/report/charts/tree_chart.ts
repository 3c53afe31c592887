import * as Plot from "@observablehq/plot";
import { armColour } from "../page/theme.ts";
import { shortName, symbols, textWidth } from "./chart_text.ts";
import { type ChartWords, draw } from "./draw.ts";
import { spreadLabels } from "./spread_labels.ts";

/** A node of a tree. */
export interface ChartNode {
  /** Its id. */
  readonly id: string;
  /** The node it came from; a node whose parent is not there stands at the root. */
  readonly parent: string | null;
  /** How far to the right it stands, such as self-iteration steps. */
  readonly depth: number;
  /** What it is, such as the mode that made it: a colour and a mark. */
  readonly kind: string;
  /** Whether it is filled. */
  readonly filled: boolean;
  /** A word beside it, such as its quality; `""` for none. */
  readonly note: string;
  /** Whether the line to its parent is dashed, for it leads there through others that are not drawn. */
  readonly loose?: boolean;
}

/** What a tree chart is made from. */
export interface TreeChart extends ChartWords {
  /** The nodes; parents before their children. */
  readonly nodes: readonly ChartNode[];
  /** What depth is. */
  readonly x: string;
  /** In pixels; default 640. */
  readonly width?: number;
}

/**
 * A tree as SVG text, growing to the right: a mark a node and a line from its parent. A node is filled or hollow.
 *
 * @example
 * ```ts
 * import { treeChart } from "exitlab/lib/report/charts/tree_chart.ts";
 *
 * const node = { kind: "improve", filled: false, note: "" };
 * treeChart({
 *   nodes: [{ ...node, id: "a", parent: null, depth: 0 }, { ...node, id: "b", parent: "a", depth: 1 }],
 *   x: "depth",
 *   title: "Lineage",
 *   description: "b came from a.",
 * });
 * ```
 */
export function treeChart(chart: TreeChart): string {
  const { nodes, width = 640 } = chart;
  const places = placeNodes(nodes);
  const placed = [
    ...Map.groupBy(nodes.map((node) => ({ ...node, y: places.get(node.id) ?? 0 })), ({ depth }) => depth)
      .values(),
  ].flatMap((column) => spreadLabels(column, 0.9, 0).map(({ height, ...node }) => ({ ...node, y: height })));
  const byId = new Map(placed.map((node) => [node.id, node]));
  const links = placed.flatMap((node) => {
    const parent = node.parent === null ? undefined : byId.get(node.parent);
    return parent === undefined || parent === node
      ? []
      : [{ x1: parent.depth, y1: parent.y, x2: node.depth, y2: node.y, loose: node.loose === true }];
  });
  // A note stands behind its mark, but above it where lines begin.
  const inner = new Set(nodes.flatMap(({ id, parent }) => parent === null || parent === id ? [] : [parent]));
  const note = {
    ...{ x: "depth", y: "y", text: "note", fontSize: 10, fill: "currentColor" },
    ...{ stroke: "var(--ground)", strokeWidth: 4 },
    textAnchor: "start",
  } as const;
  const kinds = [...new Set(nodes.map(({ kind }) => kind))];
  const depths = [...new Set(nodes.map(({ depth }) => depth))].toSorted((a, b) => a - b);
  const legends = legend(kinds, width - 40);
  const leaves = 1 + Math.max(0, ...placed.map(({ y }) => y));
  return draw({
    width,
    height: 58 + 20 * legends.rows + Math.min(900, 18 * leaves),
    marginLeft: 20,
    marginTop: 20 + 20 * legends.rows,
    marginBottom: 38,
    marginRight: 60,
    x: { label: chart.x, labelAnchor: "center", ticks: depths, tickFormat: "d" },
    y: { axis: null, domain: [-0.5, leaves - 0.5], reverse: true },
    marks: [
      ...[false, true].map((dashed) =>
        Plot.link(links.filter(({ loose }) => loose === dashed), {
          ...{ x1: "x1", y1: "y1", x2: "x2", y2: "y2", stroke: "var(--faint)", curve: "bump-x" },
          ...dashed ? { strokeDasharray: "3 4" } : {},
        })
      ),
      ...kinds.flatMap((kind, place) => {
        const [colour, symbol] = [armColour(place), symbols[place % symbols.length] ?? "circle"];
        const own = placed.filter((node) => node.kind === kind);
        const options = { x: "depth", y: "y", stroke: colour, strokeWidth: 1.8, symbol, r: 4.5 };
        const { name = "", left = 0, row = 0 } = legends.words[place] ?? {};
        const corner = { frameAnchor: "top-left", fill: colour, text: () => name, fontWeight: 600 } as const;
        const up = -10 - 20 * (legends.rows - row);
        return [
          Plot.dot(own.filter(({ filled }) => filled), {
            ...options,
            fill: colour,
            className: `kind-${place}`,
          }),
          Plot.dot(own.filter(({ filled }) => !filled), {
            ...options,
            fill: "var(--ground)",
            className: `kind-${place}`,
          }),
          Plot.dot([kind], { ...corner, dx: left, dy: up + 6, symbol, r: 4.5 }),
          Plot.text([kind], { ...corner, dx: left + 10, dy: up, textAnchor: "start" }),
        ];
      }),
      Plot.text(placed.filter(({ id, note }) => note !== "" && !inner.has(id)), { ...note, dx: 9 }),
      Plot.text(placed.filter(({ id, note }) => note !== "" && inner.has(id)), { ...note, dx: 5, dy: -9 }),
    ],
  }, chart);
}

/** Where the names of kinds stand above a picture of a width, in as many rows as they need. */
function legend(
  kinds: readonly string[],
  width: number,
): { readonly rows: number; readonly words: readonly { name: string; left: number; row: number }[] } {
  let [left, row] = [4, 0];
  const words = kinds.map(shortName).map((name) => {
    const needed = textWidth(name) + 36;
    if (left > 4 && left + needed > width) [left, row] = [4, row + 1];
    const word = { name, left, row };
    left += needed;
    return word;
  });
  return { rows: row + 1, words };
}

/** A row for each node: leaves one below the other, and each other node in the middle of its children. */
function placeNodes(nodes: readonly ChartNode[]): ReadonlyMap<string, number> {
  const known = new Set(nodes.map(({ id }) => id));
  const children = Map.groupBy(
    nodes,
    ({ id, parent }) => parent !== null && parent !== id && known.has(parent) ? parent : null,
  );
  const places = new Map<string, number>();
  const entered = new Set<string>();
  let leaves = 0;
  const place = (node: ChartNode): number => {
    // A response that repeats an earlier one is the same start, so that a line of descent may close.
    entered.add(node.id);
    const below = (children.get(node.id) ?? []).filter(({ id }) => !entered.has(id)).map(place);
    const [first, last] = [below[0], below.at(-1)];
    const y = first === undefined || last === undefined ? leaves++ : (first + last) / 2;
    places.set(node.id, y);
    return y;
  };
  for (const root of children.get(null) ?? []) place(root);
  for (const node of nodes) if (!entered.has(node.id)) place(node);
  return places;
}
