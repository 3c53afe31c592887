/**
 * The columns of a log with other verdicts. What only its training could know is `null`.
 *
 * @module
 */
import { contentHash, isJsonObject, type Json } from "../json.ts";
import type { Columns } from "../metrics/columns.ts";
import { mean } from "../metrics/estimate.ts";
import { version } from "../version.ts";
import { rowsOf } from "./rescore_log.ts";
import type { Rule } from "./rescore_rule.ts";
import type { AnswerTable, RescoredRun } from "./rescore_run.ts";
import type { GradedRow } from "./rescore_tally.ts";
import { groupKey, historyKey } from "./rescore_training.ts";

/** What a run is, once another rule has given its verdicts. */
export function identityUnder(identity: Columns, rule: Rule): Columns {
  const { kind, version: ruleVersion, options = {} } = rule;
  const text = identity["settings"]?.[0];
  const settings: Json = JSON.parse(typeof text === "string" ? text : "{}");
  return {
    ...identity,
    domain: [kind],
    settings: [JSON.stringify({
      ...isJsonObject(settings) ? settings : {},
      domain: { kind, options },
      rescored: `${kind} ${ruleVersion}`,
    })],
    job_hash: [contentHash([identity["job_hash"]?.[0] ?? null, rule])],
    exitlab_version: [version],
  };
}

/** The verdicts of rows of a table; of rollouts without what training made of them. */
export function verdictColumns(rows: readonly GradedRow[], name: AnswerTable): Columns {
  const verdicts = rows.map(({ grade }) => grade.kind === "judged" ? grade.verdict : undefined);
  const nothing = rows.map(() => null);
  return {
    quality: verdicts.map((verdict) => verdict?.quality ?? null),
    solved: verdicts.map((verdict) => verdict?.solved ?? null),
    validation: verdicts.map((verdict) => verdict?.reward ?? null),
    failed: verdicts.map((verdict) => verdict === undefined ? null : verdict.failed === true),
    ...(name === "rollouts" ? { reward: nothing, advantage: nothing } : {}),
  };
}

/** Groups with the figures of their rollouts' verdicts. */
export function groupsUnder(columns: Columns, { groups }: RescoredRun): Columns {
  const now = rowsOf(columns).map((row) => groups.get(groupKey(row))?.now);
  const nothing = now.map(() => null);
  return {
    ...columns,
    quality: now.map((group) => group?.quality ?? null),
    solved: now.map((group) => group?.solved ?? null),
    learnability: now.map((group) => group?.learnability ?? null),
    reward: nothing,
    trained: nothing,
  };
}

/** Starts with the verdicts on their attempts; scores were the curriculum's. */
export async function startsUnder(
  columns: Columns,
  { histories, judge }: RescoredRun,
  multi: boolean,
): Promise<Columns> {
  const verdicts = [];
  for (const row of rowsOf(columns)) {
    const [response, root] = [row("response"), judge.root(String(row("root")))];
    if (multi || typeof response !== "string" || typeof root !== "object") {
      verdicts.push(histories.get(historyKey(String(row("id")), row("born"), row("quality"), row("solved"))));
      continue;
    }
    const { grade } = await judge.grade(root, [response]);
    verdicts.push(grade.kind === "judged" ? grade.verdict : undefined);
  }
  return {
    ...columns,
    quality: verdicts.map((verdict) => verdict?.quality ?? null),
    solved: verdicts.map((verdict) => verdict?.solved ?? null),
    learnability: verdicts.map(() => null),
  };
}

/** The mean verdicts of each iteration that the rule answers for as a whole; `null` for others. */
export function stepVerdicts(
  { groups }: RescoredRun,
): Map<number, { quality: number; solved: number } | null> {
  const byIteration = Map.groupBy(groups, ([key]) => Number(key.split("/")[0]));
  return new Map([...byIteration].map(([iteration, own]) => {
    const verdicts = own.flatMap(([, group]) => group.verdicts);
    return [
      iteration,
      own.some(([, { now }]) => now === null) ? null : {
        quality: mean(verdicts.map(({ quality }) => quality)),
        solved: mean(verdicts.map(({ solved }) => Number(solved))),
      },
    ];
  }));
}

/**
 * Steps with the means of their rollouts' verdicts.
 *
 * @param own How the names of the old domain's own figures begin, which are left out.
 */
export function stepsUnder(
  columns: Columns,
  verdicts: ReadonlyMap<number, { quality: number; solved: number } | null>,
  own: string,
): Columns {
  const rows = rowsOf(columns);
  const now = rows.map((row) => verdicts.get(Number(row("iteration"))));
  const nothing = rows.map(() => null);
  return {
    ...columns,
    quality: now.map((step) => step?.quality ?? null),
    solved: now.map((step) => step?.solved ?? null),
    reward: nothing,
    zero_variance: nothing,
    extra: rows.map((row) => withoutFigures(row("extra"), own)),
  };
}

function withoutFigures(text: Json, own: string): Json {
  if (typeof text !== "string") return text;
  const extra: Json = JSON.parse(text);
  if (!isJsonObject(extra)) return text;
  return JSON.stringify(Object.fromEntries(Object.entries(extra).filter(([name]) => !name.startsWith(own))));
}

/** The rows that are kept. */
export function pick(columns: Columns, kept: readonly boolean[]): Columns {
  if (kept.every((each) => each)) return columns;
  return Object.fromEntries(
    Object.entries(columns).map(([name, values]) => [name, values.filter((_, at) => kept[at])]),
  );
}
