import { formatDuration } from "../duration.ts";
import { compact, nothing } from "../figures.ts";
import { html } from "../page/html.ts";
import { table } from "../page/table.ts";
import { swatch } from "../page/theme.ts";
import type { RunCost } from "./facts.ts";
import type { ReportSource, Section } from "./parts.ts";

/** What each arm cost, all its runs together. */
export function cost({ comparison, facts, prices }: ReportSource): Section {
  const byRun = new Map(facts.costs.map((each) => [each.run, each]));
  const arms = comparison.arms.map(({ label, runs }) => ({
    label,
    runs: runs.flatMap(({ run }) => byRun.get(run) ?? []),
  }));
  const all = arms.flatMap(({ runs }) => runs);
  const hardware = [...new Set([...prices.values()].map(({ hardware }) => hardware))].toSorted();
  const priced = prices.size > 0;
  const row = (label: string, runs: readonly RunCost[]): string[] => [
    label,
    String(runs.length),
    compact(sum(runs.map(({ tokens }) => tokens))),
    compact(sum(runs.map(({ evaluationTokens }) => evaluationTokens))),
    duration(sum(runs.map(({ seconds }) => seconds))),
    duration(sum(runs.map(({ wall }) => wall))),
    ...priced ? [dollars(sum(runs.map((run) => spent(run, prices))))] : [],
  ];
  return {
    id: "cost",
    title: "What it cost",
    body: html`
      ${table([
        [
          "arm",
          "runs",
          "training tokens",
          "evaluation tokens",
          "training time",
          "begin to end",
          ...priced ? ["at its price"] : [],
        ],
        ...arms.map(({ label, runs }) => row(label, runs)),
        ...arms.length > 1 ? [row("all", all)] : [],
      ], { marks: arms.map((_, place) => swatch(place)) })}<p
        class="faint">All runs of an arm together; tokens are generated ones. Begin to end has evaluations in it, and pauses of
      runs that were resumed; it is not known of runs that have not ended.${priced
        ? ` The price is that of ${
          hardware.join(", ")
        } for this time; what a job was billed before and after it is not in it.`
        : " No run was on hardware with a known price."}</p>
    `,
  };
}

function spent({ run, wall }: RunCost, prices: ReportSource["prices"]): number | null {
  const price = prices.get(run);
  return price === undefined || wall === null ? null : wall / 3600 * price.perHour;
}

/** The sum; `null` if any part is unknown. */
function sum(values: readonly (number | null)[]): number | null {
  return values.reduce((total, value) => total === null || value === null ? null : total + value, 0);
}

function duration(seconds: number | null): string {
  return seconds === null ? nothing : formatDuration(seconds);
}

function dollars(value: number | null): string {
  return value === null ? nothing : `$${value.toFixed(2)}`;
}
