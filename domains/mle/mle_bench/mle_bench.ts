import { isAbsolute, resolve } from "node:path";
import * as v from "valibot";
import {
  contentHash,
  defineDomain,
  type Domain,
  type DomainBehaviour,
  type Message,
  SandboxPool,
  sandboxPrograms,
  type SandboxReport,
  type Split,
  type Step,
  whole,
} from "../../../lib/domain/mod.ts";
import { failedVerdict, failureText } from "../failed_program.ts";
import { figure } from "../judge_program.ts";
import { keepNewest } from "../keep_newest.ts";
import { programIn } from "../program_text.ts";
import type { Scored } from "../competition/score_predictions.ts";
import { gradeByMlebench } from "./grade_by_mlebench.ts";
import { gradeSubmission, normalised } from "./grade_submission.ts";
import { paperCompetitions } from "./paper_competitions.ts";
import { publicFiles } from "./public_files.ts";
import { type PreparedCompetition, readPrepared } from "./read_prepared.ts";

/** All options of `mleBench`. */
export type MleBenchOptions = {
  /** The data folder of `mlebench prepare --data-dir`. */
  readonly data: string;
  /** What trains. Default: the paper's three. */
  readonly train: readonly string[];
  /** What is held out. Default: the paper's other three. */
  readonly test: readonly string[];
  /** Who grades the test score: the built-in metric, or the installed `mlebench`. Default `"built-in"`. */
  readonly grader: "built-in" | "mlebench";
  /** The seconds that a program has. Default 300, as in the paper. */
  readonly seconds: number;
  /** The MiB of memory that a program has. Default 4096. */
  readonly memory: number;
};

/** Options with all but the data folder optional. */
export type MleBenchInput = Pick<MleBenchOptions, "data"> & Partial<MleBenchOptions>;

const ids = paperCompetitions.map(({ id }) => id);
const some = (split: Split) =>
  v.optional(
    v.pipe(v.array(v.picklist(ids)), v.minLength(1, "at least one competition")),
    paperCompetitions.filter((each) => each.split === split).map(({ id }) => id),
  );

const schema = v.pipe(
  v.strictObject({
    data: v.pipe(v.string(), v.nonEmpty("the folder of mlebench prepare --data-dir")),
    train: some("train"),
    test: some("test"),
    grader: v.optional(v.picklist(["built-in", "mlebench"]), "built-in"),
    seconds: v.optional(whole(1, 86_400), 300),
    memory: v.optional(whole(64, 2 ** 20), 4096),
  }),
  v.check(
    ({ train, test }) => !train.some((id) => test.includes(id)),
    "no competition in both train and test",
  ),
);

/** How many judged programs are kept: one that comes again is not run again. */
const mostKept = 1000;

/**
 * MLE-bench, as in the paper (sections 5.1 and A.4): a task is a competition, the response a Python program that reads `input`
 * and writes `working/submission.csv`. Reward is the normalised score on one half of the hidden rows, which a search
 * may go by, quality that on the other half; with `grader: "mlebench"` quality is MLE-bench's own score, on all rows.
 *
 * The data are Kaggle's: `mlebench prepare` fetches them with one's own account. Programs need bubblewrap, and a run
 * `--run /bin/sh`.
 *
 * @throws {UserError} If an option is unknown or out of range, or a competition is not prepared.
 */
export const mleBench: (given: MleBenchInput) => Domain<string, null> = defineDomain({
  name: "mle-bench",
  version: "1",
  schema,
  build: behaviour,
});

function behaviour(options: MleBenchOptions): DomainBehaviour<string, null> {
  const data = isAbsolute(options.data) ? options.data : resolve(options.data);
  const { seconds, memory, grader } = options;
  const pool = new SandboxPool();
  const prepared = new Map(
    paperCompetitions.filter(({ id }) => options.train.includes(id) || options.test.includes(id))
      .map((rules) => [rules.id, readPrepared(data, rules)]),
  );
  const preparedOf = (task: string): PreparedCompetition => {
    const found = prepared.get(task);
    if (found === undefined) throw new RangeError(`Expected a competition of the domain but found "${task}"`);
    return found;
  };
  const judged = new Map<string, Promise<Step<null>>>();
  const judge = async (task: string, code: string): Promise<Step<null>> => {
    const competition = preparedOf(task);
    const limits = { seconds, cpuSeconds: seconds, memory, output: 64 * 2 ** 20 };
    const report = await pool.run({ language: "python", code, input: competition.publicFolder, limits });
    const scored = await grade(competition, report, grader === "mlebench" ? data : null);
    return stepOf(competition, report, scored);
  };
  return {
    traits: { turns: "single", quality: "graded", feedback: true },
    permissions: { read: [data], run: sandboxPrograms },
    selfIterationReward: { improve: "improvement", diverge: "absolute" },
    surroundings: async () => `Programs are held by: ${(await pool.layers("python")).join(", ")}`,
    tasks: (split) => {
      const own = options[split];
      return {
        size: own.length,
        at: (index) => {
          const id = own[index];
          if (id === undefined) {
            throw new RangeError(`Expected an index from 0 to ${own.length - 1} but found ${index}`);
          }
          return { id, task: id };
        },
      };
    },
    begin: () => null,
    prompt: (task) => promptOf(preparedOf(task), seconds, memory),
    step: (task, _state, response) => {
      const code = programIn(response);
      const key = contentHash([task, code]);
      const running = judged.get(key) ?? judge(task, code);
      keepNewest(judged, key, running, mostKept);
      return running;
    },
  };
}

async function grade(
  competition: PreparedCompetition,
  report: SandboxReport,
  data: string | null,
): Promise<Scored> {
  if (report.outcome !== "done") return { ok: false, message: report.message };
  const text = typeof report.value === "string" ? report.value : null;
  const scored = gradeSubmission(competition, text);
  if (!scored.ok || data === null || text === null) return scored;
  const { rules } = competition;
  const graded = await gradeByMlebench(text, rules.id, data);
  if (!graded.ok) return graded;
  return { ...scored, test: graded.score, quality: normalised(rules, graded.score), medal: graded.medal };
}

function stepOf(
  { rules }: PreparedCompetition,
  report: SandboxReport,
  scored: Scored,
): Step<null> {
  const done = true;
  if (scored.ok) {
    const { quality, reward, validation } = scored;
    const direction = rules.best > rules.worst ? "higher" : "lower";
    return {
      state: null,
      verdict: { quality, solved: quality === 1, reward },
      feedback: `Validation ${rules.metric}: ${figure(validation)} (${direction} is better).`,
      done,
    };
  }
  return { state: null, verdict: failedVerdict, feedback: failureText(scored.message, report), done };
}

function promptOf(
  { rules, description, publicFolder }: PreparedCompetition,
  seconds: number,
  memory: number,
): Message[] {
  const { metric, idColumn, targets, worst, best } = rules;
  const kind = metric === "rmsle" ? "numbers of at least 0" : "probabilities from 0 to 1";
  const mean = metric !== "log-loss" && targets.length > 1 ? ", the mean over the columns" : "";
  const content = `Write a Python 3 program for this competition.

${description}

# The files
${publicFiles(publicFolder)}

# The program
It finds the competition's files in the folder input, and writes working/submission.csv: a row for each row of the test set, with "${idColumn}" and ${kind} in ${
    targets.map((name) => `"${name}"`).join(", ")
  }. Submissions are scored by ${metric}${mean}; ${best > worst ? "higher" : "lower"} is better.
It has ${seconds} seconds, ${memory} MiB of memory and one processor; it has no network and reads no other files. Answer with the whole program in one fenced block.`;
  return [{ role: "user", content }];
}
