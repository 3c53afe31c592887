import type { GroupOutcome, RolloutOutcome } from "../curriculum/curriculum.ts";
import type { Start } from "../curriculum/start.ts";
import { UserError } from "../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Reader } from "../metrics/reader.ts";
import { type GroupWithRollouts, readGroups } from "./logged_rows.ts";
import type { LoggedIteration, LoggedRound, LoggedRun, Measurement } from "./logged_run.ts";
import { foundKey, improving, LoggedStarts } from "./logged_starts.ts";

/** How many iterations are read at a time. */
const blockSize = 64;

/**
 * The log of a run.
 *
 * @param reader Over the run's folder; the log reads from it as long as it is used.
 * @throws {UserError} If there is no such run, it has not ended, it did not train, or an exitlab wrote it that did not log
 *   yet what a curriculum sees.
 */
export async function readLog(reader: Reader, run: string): Promise<LoggedRun> {
  const { rows: [row] } = await reader.query(
    "select experiment, arm, seed, status, training_tasks, iterates, settings from runs where run = $run",
    { run },
  );
  if (row === undefined) throw new UserError(`Found no run "${run}" that can be read`);
  const [experiment, arm, seed, status, trainingTasks, iterates, settings] = row;
  const { rows: [facts = []] } = await reader.query(
    `select count(*), count(*) filter (asked is null), count(distinct iteration) from groups where run = $run`,
    { run },
  );
  const [groups, old, iterations] = facts.map(Number);
  // Only the rollouts of a closed run can be read.
  if (status === "running") {
    throw new UserError(
      `Run "${run}" has not ended, and its rollouts cannot be read before; end it with deno task run --resume`,
    );
  }
  if (groups === 0) throw new UserError(`Run "${run}" has no training iteration: there is nothing to replay`);
  const blank = await reader.query(
    "select 1 from rollouts where run = $run and (successors is null or validation is null) limit 1",
    { run },
  );
  if (iterates === null || (old ?? 0) > 0 || blank.rows.length > 0) {
    throw new UserError(
      `Run "${run}" was logged, at least in part, by an exitlab that did not write down what the curriculum saw ` +
        "(schema 4 or earlier); run its job anew to replay it",
    );
  }
  const { rows: picked } = await reader.query(
    `select distinct start, task, root, start_parent, start_born from groups where run = $run and chain_step = 0`,
    { run },
  );
  const wanted = new Set(
    picked.flatMap(([id, , , parent, born]) =>
      parent === null ? [] : [foundKey(String(id), String(parent), Number(born))]
    ),
  );
  return {
    ...{ run, experiment: String(experiment), arm: String(arm), seed: Number(seed) },
    curriculum: curriculumOf(settings),
    trainingTasks: trainingTasks === null || trainingTasks === undefined ? null : Number(trainingTasks),
    iterates: iterates === true,
    iterations: iterations ?? 0,
    roots: new Map(
      picked.filter(([, , , parent]) => parent === null).map((pick) => [Number(pick[1]), rootOf(pick)]),
    ),
    measured: await measurements(reader, run),
    read: () => readIterations(reader, run, wanted),
  };
}

function rootOf([id, task, root]: readonly Json[]): Start {
  const of = { id: String(id), task: Number(task), root: String(root) };
  return {
    ...of,
    parent: null,
    turn: 0,
    depth: 0,
    mode: "base",
    state: null,
    attempt: null,
    chain: 0,
    born: 0,
  };
}

function curriculumOf(settings: Json | undefined): { readonly kind: string; readonly options: JsonObject } {
  const all: Json = JSON.parse(typeof settings === "string" ? settings : "{}");
  const part = isJsonObject(all) ? all["curriculum"] ?? null : null;
  const options = isJsonObject(part) ? part["options"] ?? null : null;
  const kind = isJsonObject(part) ? part["kind"] : undefined;
  return { kind: typeof kind === "string" ? kind : "", options: isJsonObject(options) ? options : {} };
}

async function measurements(reader: Reader, run: string): Promise<Map<string, Measurement[]>> {
  // Later steps of a chain have a start of their own for each rollout: they measure none.
  const { rows } = await reader.query(
    `select start, iteration, avg(learnability), avg((learnability = 0)::int) from groups
     where run = $run and chain_step = 0 and learnability is not null group by all order by iteration, start`,
    { run },
  );
  const measured = new Map<string, Measurement[]>();
  for (const [id, iteration, learnability, flat] of rows) {
    const key = String(id);
    const known = measured.get(key) ?? [];
    known.push({ iteration: Number(iteration), learnability: Number(learnability), flat: Number(flat) });
    measured.set(key, known);
  }
  return measured;
}

async function* readIterations(
  reader: Reader,
  run: string,
  wanted: ReadonlySet<string>,
): AsyncGenerator<LoggedIteration> {
  const { rows: [ends = []] } = await reader.query(
    "select min(iteration), max(iteration) from groups where run = $run",
    { run },
  );
  const [first = 1, last = 0] = ends.map(Number);
  const starts = new LoggedStarts(wanted);
  for (let from = first; from <= last; from += blockSize) {
    const groups = await readGroups(reader, run, from, Math.min(last, from + blockSize - 1));
    for (const [iteration, own] of Map.groupBy(groups, ({ iteration }) => iteration)) {
      yield { iteration, rounds: roundsOf(own, iteration, starts) };
    }
  }
}

function roundsOf(
  groups: readonly GroupWithRollouts[],
  iteration: number,
  starts: LoggedStarts,
): LoggedRound[] {
  const lengths = new Map<number, number>();
  for (const { chain, chainStep } of groups) {
    lengths.set(chain, Math.max(chainStep, lengths.get(chain) ?? 0));
  }
  const before = new Map<number, readonly RolloutOutcome[]>();
  return [...Map.groupBy(groups, ({ round }) => round)].map(([round, own]) => {
    const outcomes = own.map((group): GroupOutcome => {
      const earlier = group.chainStep === 0 ? undefined : before.get(group.chain);
      const start = starts.startOf(group, lengths.get(group.chain) ?? 0, earlier);
      const rollouts = group.rollouts.map((rollout, at) =>
        starts.outcomeOf(start, improving(earlier?.[at]) ?? start, rollout, iteration)
      );
      before.set(group.chain, rollouts);
      return { start, iteration, rollouts };
    });
    const first = own.flatMap(({ chain, chainStep }, at) => {
      const start = outcomes[at]?.start;
      return chainStep === 0 && start !== undefined ? [{ chain, start }] : [];
    });
    return {
      round,
      asked: own[0]?.asked ?? 0,
      starts: first.toSorted((a, b) => a.chain - b.chain).map(({ start }) => start),
      outcomes,
    };
  });
}
