/**
 * Old runs under a new verdict rule: what their policies wrote is graded again, without any model.
 *
 * @module
 */
import { join } from "node:path";
import type { Domain } from "../domain/domain.ts";
import { UserError } from "../errors.ts";
import { exists } from "../exists.ts";
import { type ChangedVerdict, Changes } from "./rescore_changes.ts";
import { type RescoredFigures, rescoredFigures } from "./rescore_figures.ts";
import { openLog, type RunLog } from "./rescore_log.ts";
import { type AnswerTable, answerTables, type RescoredRun, rescoreRun } from "./rescore_run.ts";
import { rescoredName, type Rule, ruleOf } from "./rescore_rule.ts";
import { ResultsUnderBoth } from "./rescore_results.ts";
import { type RescoredNote, writeRescored } from "./rescore_tables.ts";
import { addTallies, type Tally, tally } from "./rescore_tally.ts";
import type { GradedGroup } from "./rescore_training.ts";

/** Where a run's folder is. */
export interface RunPlace {
  /** The folder that it is in. */
  readonly parent: string;
  /** Its name. */
  readonly name: string;
}

/** What to rescore, and how. */
export interface RescoreOptions {
  /** The runs. */
  readonly runs: readonly RunPlace[];
  /** Whose verdicts count. */
  readonly domain: Domain;
  /** Where runs with the new verdicts are written, each in a folder of its own; not at all when left out. */
  readonly out?: string;
  /** How many changed verdicts are kept as examples. */
  readonly show: number;
  /** Told how many of a run's responses are graded. */
  readonly progress?: (run: string, graded: number, of: number) => void;
}

/** Verdicts of a run's tables, counted. */
export type Tallies = { readonly [table in AnswerTable]: Tally };

/** One run under the new rule. */
export type RescoredOutcome = {
  /** Its name. */
  readonly run: string;
  /** Its arm. */
  readonly arm: string;
  /** Its seed. */
  readonly seed: number;
  /** The domain's kind that gave its logged verdicts. */
  readonly domain: string;
  /** Its verdicts. */
  readonly verdicts: Tallies;
  /** The folder with the new ones; `null` if none was written. */
  readonly written: string | null;
};

/** Old runs under a new rule. */
export type Rescored = RescoredFigures & {
  /** The rule. */
  readonly rule: Rule;
  /** The runs. */
  readonly runs: readonly RescoredOutcome[];
  /** All verdicts together. */
  readonly verdicts: Tallies;
  /** Verdicts that changed, of each kind of change as many. */
  readonly changed: readonly ChangedVerdict[];
  /** The ids of logged tasks that the domain lacks, each once. */
  readonly missing: readonly string[];
  /** What was wrong where the rule threw or gave no verdict: the first sentences. */
  readonly broken: readonly string[];
};

/** The sentences about a broken rule that are kept. */
const mostSentences = 5;

/**
 * Grades what is logged of runs anew: evaluations, first attempts, searches and rollouts.
 *
 * A run whose responses make the rule throw is not written.
 *
 * @throws {UserError} If a run has not ended or cannot be read, the domain has none of the tasks, or `out` is a folder where
 *   runs are, or holds one of the runs that would be written.
 */
export async function rescore(options: RescoreOptions): Promise<Rescored> {
  const { runs, domain, out } = options;
  if (out !== undefined) await expectFree(runs, out, ruleOf(domain));
  const results = await ResultsUnderBoth.open();
  try {
    const regrading = new Regrading(options, results, await domain.surroundings?.() ?? null);
    for (const { parent, name } of runs) {
      const log = await openLog(parent, name);
      try {
        await regrading.take(log, parent);
      } finally {
        log.close();
      }
    }
    const { outcomes, groups, missing, broken, changes, notes } = regrading;
    const verdicts = byTable((table) => addTallies(outcomes.map((outcome) => outcome.verdicts[table])));
    expectAnswers(domain, verdicts, [...missing]);
    const { old, now } = await results.collect();
    const figures = rescoredFigures(
      outcomes.map(({ run, arm }) => ({
        ...{ run, arm, old: old.get(run), now: now.get(run), groups: groups.get(run) ?? [] },
      })),
    );
    return {
      rule: ruleOf(domain),
      runs: outcomes,
      verdicts,
      ...figures,
      notes: [...figures.notes, ...notes],
      changed: changes.shown(),
      missing: [...missing],
      broken: [...broken],
    };
  } finally {
    results.close();
  }
}

/** Runs that are graded one after the other. */
class Regrading {
  readonly outcomes: RescoredOutcome[] = [];
  readonly groups = new Map<string, readonly GradedGroup[]>();
  readonly missing = new Set<string>();
  readonly broken = new Set<string>();
  readonly notes: string[] = [];
  readonly changes: Changes;
  readonly #options: RescoreOptions;
  readonly #results: ResultsUnderBoth;
  readonly #surroundings: string | null;

  constructor(options: RescoreOptions, results: ResultsUnderBoth, surroundings: string | null) {
    this.changes = new Changes(options.show, options.domain.traits.turns === "multi");
    this.#options = options;
    this.#results = results;
    this.#surroundings = surroundings;
  }

  /** Grades a run, and writes it if that was asked for. */
  async take(log: RunLog, parent: string): Promise<void> {
    const { domain, progress = () => {} } = this.#options;
    const { run, arm, seed } = log;
    if (this.groups.has(run)) {
      this.notes.push(`Run "${run}" in "${parent}" is left out: another of that name counts`);
      return;
    }
    const of = await responsesIn(log);
    let graded = 0;
    const rescored = await rescoreRun(log, domain, (table, row, task, { old, grade }) => {
      progress(run, ++graded, of);
      if (grade.kind === "broken" && this.broken.size < mostSentences) this.broken.add(grade.message);
      if (grade.kind === "judged") this.changes.see(log, table, row, task, old, grade.verdict);
    });
    for (const id of rescored.missing) this.missing.add(id);
    this.groups.set(run, [...rescored.groups.values()]);
    await this.#results.add(log, rescored);
    const verdicts = byTable((table) => tally(rescored.tables[table].rows));
    const logged = { run, arm, seed, domain: String(log.identity["domain"]?.[0]) };
    this.outcomes.push({ ...logged, verdicts, written: await this.#write(log, rescored, verdicts) });
    if (verdicts.nodes.rows > 0) {
      this.notes.push(
        `Run "${run}" was evaluated by search: its answers are still those that the old rule chose by validation`,
      );
    }
  }

  /** The folder that a run is written to; `null` if it is not. */
  async #write(log: RunLog, rescored: RescoredRun, verdicts: Tallies): Promise<string | null> {
    const { out, domain } = this.#options;
    if (out === undefined) return null;
    const { judged, broken } = addTallies(Object.values(verdicts));
    if (broken > 0 || judged === 0) {
      const why = broken > 0 ? "breaks on its responses" : "answers for none of its responses";
      this.notes.push(`Run "${log.run}" is not written: the rule ${why}`);
      return null;
    }
    const rule = ruleOf(domain);
    const folder = join(out, rescoredName(log.run, rule));
    await writeRescored(log, rescored, domain, folder, noteOf(log, rule, verdicts, this.#surroundings));
    return folder;
  }
}

async function responsesIn(log: RunLog): Promise<number> {
  const counts = answerTables.map((table) => `(select count(*) from ${table})`);
  return Number((await log.reader.query(`select ${counts.join(" + ")}`)).rows[0]?.[0]);
}

function byTable(of: (table: AnswerTable) => Tally): Tallies {
  return {
    evaluations: of("evaluations"),
    resamples: of("resamples"),
    nodes: of("nodes"),
    rollouts: of("rollouts"),
  };
}

/** Refuses a folder where runs are, and names that are taken. */
async function expectFree(runs: readonly RunPlace[], out: string, rule: Rule): Promise<void> {
  await Deno.mkdir(out, { recursive: true });
  const place = await Deno.realPath(out);
  for (const { parent, name } of runs) {
    if (await Deno.realPath(parent) === place) {
      throw new UserError(
        `Expected --out to be another folder than that of the runs but found "${out}"; ` +
          "give one of its own, such as rescored",
      );
    }
    const log = await openLog(parent, name);
    log.close();
    const folder = join(out, rescoredName(log.run, rule));
    if (await Deno.stat(folder).catch(() => undefined) !== undefined) {
      throw new UserError(
        `Run "${log.run}" was rescored by this rule before: "${folder}" is there; remove it`,
      );
    }
  }
  if (await exists(join(place, "runs.parquet")) || await exists(join(place, "events.jsonl"))) {
    throw new UserError(`Expected --out to be a folder for runs but found the run "${out}"`);
  }
}

function expectAnswers({ kind }: Domain, verdicts: Tallies, missing: readonly string[]): void {
  const { rows, judged, broken } = addTallies(Object.values(verdicts));
  if (rows === 0) throw new UserError("Expected runs with responses to rescore but found none in them");
  if (judged + broken > 0 || missing.length === 0) return;
  throw new UserError(
    `Expected domain "${kind}" to have the tasks of the log but it has none of ${missing.length} (such as "${
      missing[0] ?? ""
    }"); export it from a file with the options that the runs were trained with`,
  );
}

function noteOf(
  log: RunLog,
  { kind, version, options = {} }: Rule,
  verdicts: Tallies,
  surroundings: string | null,
): RescoredNote {
  const { rows, judged, same } = addTallies(Object.values(verdicts));
  return {
    message: `Rescored from run "${log.run}" of domain "${String(log.identity["domain"]?.[0])}" by domain ` +
      `"${kind}", version ${version}, with options ${
        JSON.stringify(options)
      }: ${judged} of ${rows} verdicts, ` +
      `of which ${judged - same} changed`,
    surroundings,
    time: new Date().toISOString(),
  };
}
