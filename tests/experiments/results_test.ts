import assert from "node:assert/strict";
import { compile, type Experiment } from "exitlab";
import { compareRuns } from "exitlab/lib/metrics/comparison.ts";
import { readResults } from "exitlab/lib/metrics/results_file.ts";
import { comparisonReport } from "exitlab/lib/report/comparison_report.ts";
import { toMarkdown } from "exitlab/lib/report/document.ts";
import ablations from "exitlab/experiments/ablations_math.ts";
import knobs from "exitlab/experiments/ladder_knobs.ts";
import ladder from "exitlab/experiments/ladder_math.ts";
import mle from "exitlab/experiments/ladder_mle.ts";
import mleOne from "exitlab/experiments/ladder_mle_one.ts";
import tools from "exitlab/experiments/ladder_tools.ts";
import unlimited from "exitlab/experiments/ladder_math_unlimited.ts";

interface Page {
  readonly experiment: Experiment;
  readonly against: readonly string[];
  readonly measure?: "solved" | "quality";
}

/** The pages of docs/results. */
const pages: readonly (readonly [string, Page])[] = [
  ["ladder_math", { experiment: ladder, against: ["grpo", "chain"] }],
  ["ladder_math_unlimited", { experiment: unlimited, against: ["grpo", "chain"] }],
  ["ladder_knobs", { experiment: knobs, against: ["grpo", "chain"], measure: "quality" }],
  ["ladder_tools", { experiment: tools, against: ["grpo", "chain"] }],
  ["ladder_mle", { experiment: mle, against: ["grpo", "chain"] }],
  ["ladder_mle_one", { experiment: mleOne, against: ["grpo", "chain"] }],
  ["ablations_math", { experiment: ablations, against: ["improve"] }],
];

for (const [name, { experiment, against, measure = "solved" }] of pages) {
  const path = `docs/results/${name}`;

  Deno.test(`${path}.parquet holds every run of its experiment as the file is now, and no other`, async () => {
    const { results } = await readResults(`${path}.parquet`);
    // A run's name ends in the hash of all that decides its result.
    assert.deepEqual(
      results.map(({ run }) => run).toSorted(),
      compile(experiment).jobs.map(({ id }) => id).toSorted(),
    );
  });

  Deno.test(`${path}.md has the figures that its Parquet file gives`, async () => {
    const { results } = await readResults(`${path}.parquet`);
    const page = await Deno.readTextFile(`${path}.md`);
    const comparison = compareRuns(results, { against, measure });
    const figures = toMarkdown("figures", comparisonReport(comparison, "page")).replace("# figures\n\n", "");
    assert(page.includes(figures.trim()));
  });
}
