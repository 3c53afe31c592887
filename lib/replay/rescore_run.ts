/**
 * One run's responses under another verdict rule.
 *
 * @module
 */
import type { Domain, Split } from "../domain/domain.ts";
import type { Verdict } from "../domain/verdict.ts";
import { errorMessage, UserError } from "../errors.ts";
import type { Json } from "../json.ts";
import { Judge } from "./rescore_judge.ts";
import { responsesOf, type Row, rowsOf, type RunLog } from "./rescore_log.ts";
import { type Grade, type GradedRow, loggedVerdict } from "./rescore_tally.ts";
import { findTasks } from "./rescore_tasks.ts";
import { type GradedGroup, gradedGroups, groupKey, loggedGroups, Training } from "./rescore_training.ts";

/** The tables whose rows have verdicts. */
export type AnswerTable = "evaluations" | "resamples" | "nodes" | "rollouts";

/** All of them, in the order in which they are graded. */
export const answerTables: readonly AnswerTable[] = ["evaluations", "resamples", "nodes", "rollouts"];

/**
 * What belongs together in each table, beside the iteration: a chain, the draws of a task, a search. Figures need all of it. A
 * rollout stays by itself.
 */
const units: { readonly [table in AnswerTable]: readonly string[] } = {
  evaluations: ["split", "task", "sample"],
  resamples: ["split", "task"],
  nodes: ["split", "task", "sample"],
  rollouts: ["group_index", "rollout"],
};

/** The graded rows of a table, in its order. */
export interface GradedTable {
  /** The rows. */
  readonly rows: readonly GradedRow[];
  /** For each row the number of what it belongs to, in the order of first occurrence. */
  readonly units: readonly number[];
}

/** A run's responses under another rule. */
export interface RescoredRun {
  /** The run's name. */
  readonly run: string;
  /** Its arm. */
  readonly arm: string;
  /** Its graded rows. */
  readonly tables: { readonly [table in AnswerTable]: GradedTable };
  /** Its groups, by iteration and index as in `groupKey`. */
  readonly groups: ReadonlyMap<string, GradedGroup>;
  /** Verdicts on partial histories, by `historyKey`; in domains of several turns alone. */
  readonly histories: ReadonlyMap<string, Verdict>;
  /** The ids of logged tasks that the domain lacks. */
  readonly missing: readonly string[];
  /** Judges training tasks as the rollouts were. */
  readonly judge: Judge;
}

/** Told each row while a run is graded, with the task that it is of. */
export type SeeRow = (table: AnswerTable, row: Row, task: string, graded: GradedRow) => void;

/**
 * Grades all responses of a run.
 *
 * @param see Told each row with its grade.
 * @throws {UserError} If the domain throws when it is asked for its tasks.
 */
export async function rescoreRun(log: RunLog, domain: Domain, see: SeeRow): Promise<RescoredRun> {
  const heldOut = await wantedTasks(
    log,
    "select distinct task, null from (select task from evaluations union all " +
      "select task from resamples union all select task from nodes) order by task",
  );
  const roots = await wantedTasks(
    log,
    "select root, any_value(task) from groups group by root union " +
      "select root, null from starts where root not in (select root from groups) order by root",
  );
  const [testTasks, trainTasks] = [
    tasksOf(domain, "test", heldOut),
    tasksOf(domain, "train", roots),
  ];
  const [tests, trainings] = [new Judge(domain, testTasks), new Judge(domain, trainTasks)];
  const multi = domain.traits.turns === "multi";
  const taskOf = (row: Row): string => String(row("task"));
  const held = async (row: Row): Promise<Grade> => {
    const responses = responsesOf(row, multi, log.tellsTurns);
    if (typeof responses === "string") return { kind: "unanswered", reason: responses };
    return (await tests.grade(tests.root(taskOf(row)), responses)).grade;
  };
  const evaluations = await gradeTable(log, "evaluations", taskOf, held, see);
  const resamples = await gradeTable(log, "resamples", taskOf, held, see);
  const nodes = await gradeTable(log, "nodes", taskOf, held, see);
  const training = new Training(await loggedGroups(log), trainings, multi, log.tellsTurns);
  const rollouts = await gradeTable(
    log,
    "rollouts",
    (row) => training.groups.get(groupKey(row))?.root ?? "",
    (row) => training.grade(row),
    see,
  );
  return {
    run: log.run,
    arm: log.arm,
    tables: { evaluations, resamples, nodes, rollouts },
    groups: gradedGroups(training),
    histories: training.histories,
    missing: [
      ...[...heldOut.keys()].filter((id) => !testTasks.has(id)),
      ...[...roots.keys()].filter((id) => !trainTasks.has(id)),
    ],
    judge: trainings,
  };
}

/** Whether each row is kept: those of what the rule answers for as a whole. */
export function keptRows({ rows, units }: GradedTable): boolean[] {
  const whole: boolean[] = [];
  for (const [at, unit] of units.entries()) {
    whole[unit] = (whole[unit] ?? true) && rows[at]?.grade.kind === "judged";
  }
  return units.map((unit) => whole[unit] ?? false);
}

function tasksOf(
  domain: Domain,
  split: Split,
  wanted: ReadonlyMap<string, number | null>,
): Map<string, Json> {
  try {
    return findTasks(domain.tasks(split), wanted);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `Domain "${domain.kind}" threw "${errorMessage(error)}" when it was asked for its ${split} tasks`,
    );
  }
}

async function wantedTasks(log: RunLog, sql: string): Promise<Map<string, number | null>> {
  const { rows } = await log.reader.query(sql);
  return new Map(rows.map(([id, index]) => [String(id), typeof index === "number" ? index : null]));
}

async function gradeTable(
  log: RunLog,
  table: AnswerTable,
  taskOf: (row: Row) => string,
  grade: (row: Row) => Promise<Grade>,
  see: SeeRow,
): Promise<GradedTable> {
  const rows: GradedRow[] = [];
  const ofRows: number[] = [];
  const numbers = new Map<string, number>();
  for await (const columns of log.chunks(table)) {
    for (const row of rowsOf(columns)) {
      const graded = { old: loggedVerdict(row), grade: await grade(row) };
      const unit = JSON.stringify(["iteration", ...units[table]].map(row));
      const number = numbers.get(unit) ?? numbers.size;
      numbers.set(unit, number);
      rows.push(graded);
      ofRows.push(number);
      see(table, row, taskOf(row), graded);
    }
  }
  return { rows, units: ofRows };
}
