import type { SplitReport } from "../../lib/domain/conformance.ts";
import type { Finding } from "../../lib/domain/finding.ts";
import { formatDuration } from "../../lib/report/duration.ts";
import { printable } from "./printable.ts";
import type { CheckedPart } from "./validate_process.ts";

/** The most findings of a kind that are printed. */
const mostAlike = 3;

/** What came of checking a part, as text for a terminal. */
export function checkedText({ part, splits, findings }: Omit<CheckedPart, "accesses">): string {
  const { name, role, declared } = part;
  const rows = Object.entries(splits ?? {}).map(([split, report]) => [split, ...cells(report)]);
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const permissions = Object.entries(declared).flatMap(([kind, list]: [string, readonly string[]]) =>
    list.length === 0 ? [] : [`${kind} ${list.join(", ")}`]
  );
  return [
    printable(role === "domain" ? name : `${name} (${role})`, 200),
    ...permissions.length === 0 ? [] : [`  may  ${printable(permissions.join("; "), 200)}`],
    ...rows.map((row) =>
      `  ${
        row.map((cell, at) => at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)).join(
          "  ",
        )
      }`
    ),
    findings.length === 0
      ? `  ${soundText(splits === null ? null : Object.values(splits))}`
      : findingsText(findings),
  ].join("\n");
}

function soundText(splits: readonly SplitReport[] | null): string {
  if (splits === null || splits.some(({ references }) => references > 0)) return "nothing is wrong";
  return 'nothing is wrong in strange answers; without "reference" no good one was tried';
}

/** A line such as `7,473 tasks  7,473 references score 1  29,892 perturbed answers, 0 count as solved  0.1 ms a step  8 s`. */
function cells(report: SplitReport): string[] {
  const { tasks, size, references, referencesRight, perturbed, perturbedSolved, seconds } = report;
  const of = size !== null && size > tasks ? ` of ${count(size)}` : "";
  return [
    `${count(tasks)}${of} tasks${size === null ? " of a source without end" : ""}`,
    references === 0
      ? "no references"
      : `${referencesRight === references ? "" : `${count(referencesRight)} of `}${
        count(references)
      } references score 1`,
    perturbed === 0
      ? "no perturbed answers"
      : `${count(perturbed)} perturbed answers, ${count(perturbedSolved)} count as solved`,
    paceText(report),
    seconds < 10 ? `${seconds.toFixed(1)} s` : formatDuration(seconds),
  ];
}

/** Such as `2,000 steps a second`, or `70 ms a step` where there are fewer than ten. */
function paceText({ steps, milliseconds }: SplitReport): string {
  if (steps === 0) return "no steps";
  const each = milliseconds / steps;
  if (each > 100) return `${count(Math.round(each))} ms a step`;
  return `${count(Number((1000 / Math.max(each, 1e-3)).toPrecision(2)))} steps a second`;
}

/** The first findings of each kind, each with what to write instead. */
function findingsText(findings: readonly Finding[]): string {
  const lines = [`  ${count(findings.length)} ${findings.length === 1 ? "finding" : "findings"}:`];
  for (const [check, alike] of Map.groupBy(findings, ({ check }) => check)) {
    for (const { message, fix } of alike.slice(0, mostAlike)) {
      lines.push(`    ${check}: ${printable(message, 400)}`);
      if (fix !== undefined) lines.push(`      → ${printable(fix, 400)}`);
    }
    if (alike.length > mostAlike) lines.push(`    and ${count(alike.length - mostAlike)} more of "${check}"`);
  }
  return lines.join("\n");
}

function count(amount: number): string {
  return amount.toLocaleString("en");
}
