import type { ChartLine } from "../charts/line_chart.ts";
import { type ChartNode, treeChart } from "../charts/tree_chart.ts";
import { count, nothing, plural, share } from "../figures.ts";
import { html } from "../page/html.ts";
import { mean } from "../../metrics/estimate.ts";
import type { Lineage } from "./facts.ts";
import {
  armLines,
  type Gallery,
  grid,
  type ReportSource,
  type Section,
  smallPicture,
  tokensAxis,
} from "./parts.ts";
import { trainingValues } from "./training.ts";

/** How the task space grew, and what became of it. */
export function space({ comparison, facts }: ReportSource, gallery: Gallery): Section {
  const over = { x: tokensAxis, ...smallPicture } as const;
  const pictures = [
    gallery.lines("space", {
      ...over,
      title: "Starts in the task space",
      y: "starts",
      series: armLines(comparison, trainingValues(facts.training, "space")),
    }, "How many starts the task space holds; where a line stays level, the space is full or does not grow."),
    gallery.lines(
      "effective_share",
      {
        ...over,
        title: "Effective share of the task space",
        y: "share of the space",
        series: armLines(comparison, trainingValues(facts.training, "effectiveShare")),
      },
      "Effective sample size of the curriculum's choice over the size of the space: 1 where all are chosen alike.",
    ),
    gallery.lines("space_depths", {
      title: "Task space at the end, by depth",
      x: { label: "self-iteration steps behind a start", format: "d" },
      y: "starts",
      ...smallPicture,
      series: depthLines({ comparison, facts }),
    }, "Starts that are in the task space at the end of training, by their depth; mean over seeds."),
  ].filter((picture) => picture !== undefined);
  return {
    id: "space",
    title: "How the task space grew",
    body: pictures.length === 0
      ? html`<p>None of these arms keeps a task space: their starts are the root tasks, always the same.</p>`
      : grid(pictures),
  };
}

/** Only arms that have a task space are drawn, each in its own colour. */
function depthLines({ comparison, facts }: Pick<ReportSource, "comparison" | "facts">): ChartLine[] {
  const byRun = Map.groupBy(facts.depths, ({ run }) => run);
  const deepest = Math.max(0, ...facts.depths.map(({ depth }) => depth));
  return comparison.arms.map(({ label, runs }) => {
    const own = runs.map(({ run }) => byRun.get(run) ?? []);
    return {
      name: label,
      points: own.every(({ length }) => length === 0)
        ? []
        : Array.from({ length: deepest + 1 }, (_, depth) => ({
          x: depth,
          y: mean(own.map((counts) => counts.find((each) => each.depth === depth)?.starts ?? 0)),
        })),
    };
  });
}

/** The lineage of one root. */
export function lineage({ comparison, facts }: ReportSource, gallery: Gallery): Section {
  const id = "lineage";
  const title = "One root and what grew from it";
  const all = comparison.arms.flatMap(({ label, runs }) =>
    runs.flatMap(({ run, seed }) => {
      const own = facts.lineages.find((lineage) => lineage.run === run);
      return own === undefined ? [] : [{ ...own, label, seed }];
    })
  );
  const [found] = all.toSorted((a, b) => modes(b) - modes(a) || deepest(b) - deepest(a));
  if (found === undefined) return { id, title, body: html`<p>No start grew from another in these runs.</p>` };
  const { nodes, starts, root, label, seed } = found;
  const drawn = lineageNodes(nodes);
  const caption =
    `Root task ${root} in arm ${label}, seed ${seed}: ${plural(starts, "start")}${
      nodes.length < starts ? `, of which the first ${nodes.length} found are drawn` : ""
    }. Each came from a rollout of the one to its left; marks say which operator asked for it. Filled marks are solved; ` +
    `beside each is its quality.${
      drawn.some(({ loose }) => loose)
        ? " A dashed line leads to a start whose parent was found again later, at another depth, or is not drawn."
        : ""
    } Chosen to be looked at, for its many operators and its depth.`;
  const picture = treeChart({
    title: `Lineage of root task ${root}`,
    description: caption,
    x: "self-iteration steps behind a start",
    width: 680,
    nodes: [{ id: "", parent: null, depth: 0, kind: "root task", filled: false, note: "" }, ...drawn],
  });
  const rows = [
    ["start", "from", "depth", "mode", "found at iteration", "quality", "solved", "drawn"],
    ...nodes.map((node) => [
      node.id,
      node.parent ?? nothing,
      count(node.depth),
      node.mode,
      count(node.born),
      share(node.quality),
      node.solved === null ? nothing : node.solved ? "yes" : "no",
      count(node.visits),
    ]),
  ];
  return { id, title, body: gallery.show("lineage", "Lineage", picture, caption, rows) };
}

/**
 * The starts of a lineage as nodes under its root. A response that is written again is the same start, at the depth where
 * it was found last; what came from it when it stood elsewhere is led to from the root.
 */
export function lineageNodes(nodes: Lineage["nodes"]): ChartNode[] {
  const depths = new Map(nodes.map(({ id, depth }) => [id, depth]));
  return nodes.filter(({ depth }) => depth > 0).map(({ id, parent, depth, mode, solved, quality }) => {
    const above = parent === null ? undefined : depths.get(parent);
    const own = parent !== null && above !== undefined && above > 0 && above < depth;
    return {
      ...{ id, depth, kind: mode, filled: solved === true },
      parent: own ? parent : "",
      loose: !own && depth > 1,
      note: quality === null ? "" : quality.toFixed(2),
    };
  });
}

function modes({ nodes }: Lineage): number {
  return new Set(nodes.map(({ mode }) => mode)).size;
}

function deepest({ nodes }: Lineage): number {
  return Math.max(...nodes.map(({ depth }) => depth));
}
