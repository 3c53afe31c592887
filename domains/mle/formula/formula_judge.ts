import type { FormulaTask } from "./formula_source.ts";
import { readProgram } from "./program.ts";
import { type ProgramResult, runProgram } from "./run_program.ts";
import { drawTable, rows, type Table, type TableRules, termIndex } from "./table.ts";

/** The quality from which a task counts as solved. */
export const solvedFrom = 0.97;

/** The most tables that are kept; each is a few ten thousand bytes at the usual size. */
const mostTables = 1024;

/** How good a program is. */
export interface Judgement {
  /** R² in the test rows over that of the formula, in [0, 1]; 0 if the program does not run. */
  readonly quality: number;
  /** The same in the validation rows. */
  readonly reward: number;
  /** Whether the program does not run. */
  readonly failed: boolean;
  /** A mark for each column: what the fit says, or what is wrong. */
  readonly marks: string;
}

/** A table, with what is asked of it again and again. */
export interface Prepared {
  /** The table. */
  readonly table: Table;
  /** What is public beforehand: for each column the tenths of its correlation with the target, without its sign. */
  readonly hint: string;
  /** What the formula itself comes to. */
  readonly best: ProgramResult;
}

/** What a judge needs to know: of tables, and the most letters of a program. */
export interface JudgeRules extends TableRules {
  /** The most letters of a program. */
  readonly budget: number;
}

/** The judge of programs. It keeps the tables that were asked for last: all that it says follows from the task. */
export class FormulaJudge {
  readonly #rules: JudgeRules;
  readonly #kept = new Map<string, Prepared>();

  /** A judge for tables of one kind. */
  constructor(rules: JudgeRules) {
    this.#rules = rules;
  }

  /** The table of a task. */
  prepare({ seed, formula }: FormulaTask): Prepared {
    const key = `${seed}:${formula}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const table = drawTable(this.#rules, seed, formula);
    const read = readProgram(this.#rules.columns, this.#rules.columns, formula);
    const prepared = {
      table,
      hint: hintOf(this.#rules.columns, table),
      best: runProgram(table, read.ok ? read.terms : []),
    };
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= mostTables && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(key, prepared);
    return prepared;
  }

  /** Runs a response of any length and content. */
  judge(task: FormulaTask, response: string): Judgement {
    const program = readProgram(this.#rules.columns, this.#rules.budget, response);
    if (!program.ok) return { quality: 0, reward: 0, failed: true, marks: program.marks };
    const { table, best } = this.prepare(task);
    const { validation, test, marks } = runProgram(table, program.terms);
    const quality = share(test, best.test);
    return { quality, reward: share(validation, best.validation), failed: false, marks };
  }
}

function share(explained: number, best: number): number {
  return Math.min(1, Math.max(0, explained / best));
}

function hintOf(columns: number, { train }: Table): string {
  return Array.from({ length: columns }, (_, column) => {
    const along = Math.abs(train.target[termIndex(column, "l")] ?? 0);
    return Math.min(9, Math.floor(10 * along / Math.sqrt(rows * train.squares)));
  }).join("");
}
