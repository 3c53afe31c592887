import { resolve } from "node:path";
import * as v from "valibot";
import {
  contentHash,
  defineDomain,
  type Domain,
  type DomainBehaviour,
  SandboxPool,
  sandboxPrograms,
  type Split,
  type TaskInstance,
  type TaskSource,
  UserError,
  whole,
} from "../../lib/domain/mod.ts";
import { builtInCompetition, builtInCompetitions } from "./competition/built_in.ts";
import type { Competition } from "./competition/competition.ts";
import { drawCompetition } from "./competition/draw_competition.ts";
import { findCompetition, isFolder } from "./competition/find_competition.ts";
import { competitionPrompt } from "./competition_prompt.ts";
import { keepNewest } from "./keep_newest.ts";
import { type JudgedProgram, judgeProgram } from "./judge_program.ts";
import { programIn } from "./program_text.ts";

/** All options of `competitions`. */
export type CompetitionsOptions = {
  /** What trains: ids of built-in competitions and folders, such as `"./mine"`; drawn ones when left out. */
  readonly train: readonly string[] | null;
  /** How many drawn competitions train, where `train` names none. Default `"unlimited"`. */
  readonly trainingTasks: number | "unlimited";
  /** What is held out: ids and folders. Default: every built-in competition. */
  readonly test: readonly string[];
  /** What programs are written in. Default `"typescript"`. */
  readonly language: "typescript" | "python";
  /** The seconds that a program has. Default 60. */
  readonly seconds: number;
  /** The MiB of memory that a program has. Default 1024. */
  readonly memory: number;
  /** The seed of drawn competitions; a run's own seed has no part in them. Default 0. */
  readonly seed: number;
};

const schema = v.strictObject({
  train: v.optional(
    v.nullable(v.pipe(v.array(v.string()), v.minLength(1, "at least one competition"))),
    null,
  ),
  trainingTasks: v.optional(v.union([whole(1), v.literal("unlimited")]), "unlimited"),
  test: v.optional(v.pipe(v.array(v.string()), v.minLength(1, "at least one competition")), [
    ...builtInCompetitions,
  ]),
  language: v.optional(v.picklist(["typescript", "python"]), "typescript"),
  seconds: v.optional(whole(1, 86_400), 60),
  memory: v.optional(whole(64, 2 ** 20), 1024),
  seed: v.optional(whole(0), 0),
});

/** A competition by what finds it again: a word for `findCompetition`, or its place among the drawn ones. */
type CompetitionTask = string | number;

/** How many competitions and judged programs are kept: a program that comes again is not run again. */
const mostKept = 1000;

/**
 * Machine-learning engineering: the policy writes a program, the program is run in the sandbox on a competition's tables,
 * and its predictions are scored. Quality is the test score between a constant's and the best known; reward is the same on the
 * validation half, which is all that a search or an author is told of. A program that does not run, or predicts nothing
 * of the form wanted, has failed.
 *
 * It trains on drawn tables unless told otherwise, as the built-in ones are old and known. It starts programs, so a run needs
 * `--run /bin/sh`, and it asks for programs of some length, which is nothing for the embedded engine's tiny models.
 *
 * @throws {UserError} If an option is unknown or out of range, a competition is wrong, or one is in both splits.
 *
 * @example
 * ```ts
 * import { competitions } from "exitlab";
 * import assert from "node:assert/strict";
 *
 * const domain = competitions({ test: ["penguin-sex"] });
 * const { id, task } = domain.tasks("test").at(0);
 * assert.equal(id, "penguin-sex");
 * const guess = "export default ({ test }) => test.trim().split('\\n').slice(1).map(() => 0.5);";
 * const { verdict, feedback } = await domain.step(task, domain.begin(task), guess);
 * assert.equal(verdict.quality < 0.05, true);
 * assert.match(feedback ?? "", /^Validation log-loss: 0\.6931/);
 * ```
 */
export const competitions: (given?: Partial<CompetitionsOptions>) => Domain<CompetitionTask, null> =
  defineDomain({
    name: "competitions",
    version: "1",
    schema,
    build: behaviour,
  });

function behaviour(options: CompetitionsOptions): DomainBehaviour<CompetitionTask, null> {
  const { language, seconds, memory, seed } = options;
  checkDrawn(options);
  const limits = { seconds, memory };
  const splits: Record<Split, readonly string[] | null> = { train: options.train, test: options.test };
  const folders = checkNames([...options.train ?? [], ...options.test]);
  const pool = new SandboxPool();
  const found = new Map<CompetitionTask, Competition>();
  const judged = new Map<string, Promise<JudgedProgram>>();
  const competitionOf = (task: CompetitionTask): Competition => {
    const known = found.get(task);
    if (known !== undefined) return known;
    const competition = typeof task === "number" ? drawCompetition(seed, task) : findCompetition(task);
    keepNewest(found, task, competition, mostKept);
    return competition;
  };
  // A folder that is wrong is told of at once, not when its turn comes.
  for (const folder of folders) competitionOf(folder);
  const instance = (task: CompetitionTask): TaskInstance<CompetitionTask> => ({
    id: taskId(task, competitionOf(task)),
    task,
  });
  return {
    traits: { turns: "single", quality: "graded", feedback: true },
    permissions: { read: folders, run: sandboxPrograms },
    selfIterationReward: { improve: "improvement", diverge: "absolute" },
    surroundings: async () => `Programs are held by: ${(await pool.layers(language)).join(", ")}`,
    tasks: (split) => sourceOf(splits[split], options.trainingTasks, instance),
    begin: () => null,
    prompt: (task) => competitionPrompt(competitionOf(task), language, limits),
    step: async (task, state, response) => {
      const competition = competitionOf(task);
      const code = programIn(response);
      const key = contentHash([task, code]);
      const running = judged.get(key) ?? judgeProgram(pool, competition, { language, code }, limits);
      keepNewest(judged, key, running, mostKept);
      const { verdict, feedback } = await running;
      return { state, verdict, feedback, done: true };
    },
  };
}

/** Refuses options of drawn competitions where others train. */
function checkDrawn({ train, trainingTasks, seed }: CompetitionsOptions): void {
  if (train === null || (trainingTasks === "unlimited" && seed === 0)) return;
  const [name, value] = seed === 0 ? ["trainingTasks", trainingTasks] : ["seed", seed];
  throw new UserError(
    `Expected no ${name} beside train, as it is of drawn competitions, but found ${value} (competitions())`,
  );
}

/** The folders among the names; refuses a competition that is in both splits, or twice in one. */
function checkNames(names: readonly string[]): string[] {
  const seen = new Set<string>();
  for (const name of names) {
    const identity = isFolder(name) ? resolve(name) : name;
    if (seen.has(identity)) {
      throw new UserError(
        `Expected each competition once, in one split, but found "${name}" twice (competitions())`,
      );
    }
    seen.add(identity);
    if (!isFolder(name) && !builtInCompetitions.includes(name)) builtInCompetition(name);
  }
  return names.filter(isFolder);
}

/** The id of a built-in or drawn competition; a user's folder may change, so that its content counts. */
function taskId(task: CompetitionTask, competition: Competition): string {
  const { id, train, test, answers } = competition;
  return typeof task === "string" && isFolder(task)
    ? `${id}-${contentHash([train, test, [...answers]]).slice(0, 8)}`
    : id;
}

function sourceOf(
  names: readonly string[] | null,
  drawn: number | "unlimited",
  instance: (task: CompetitionTask) => TaskInstance<CompetitionTask>,
): TaskSource<CompetitionTask> {
  const size = names?.length ?? (drawn === "unlimited" ? null : drawn);
  return {
    size,
    at: (index) => {
      const task = names === null ? index : names[index];
      if (task === undefined || !Number.isInteger(index) || index < 0 || (size !== null && index >= size)) {
        throw new RangeError(`Expected an index from 0 to ${(size ?? Infinity) - 1} but found ${index}`);
      }
      return instance(task);
    },
  };
}
