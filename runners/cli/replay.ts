import { join } from "node:path";
import { UserError } from "../../lib/errors.ts";
import { canonicalJson } from "../../lib/json.ts";
import { openRuns } from "../../lib/metrics/reader.ts";
import { builtInCurriculum, isBuiltIn } from "../../lib/replay/built_in_curricula.ts";
import type { LoggedRun } from "../../lib/replay/logged_run.ts";
import { readLog } from "../../lib/replay/read_log.ts";
import type { RunReplay } from "../../lib/replay/replay_results.ts";
import { replayRun, type ReplaySubject } from "../../lib/replay/replay_run.ts";
import { type ReplaySummary, summariseReplays } from "../../lib/replay/replay_summary.ts";
import { type Block, toText } from "../../lib/report/document.ts";
import { replayPage } from "../../lib/report/replay_page.ts";
import { replayReport } from "../../lib/report/replay_report.ts";
import { writeDurably } from "../../lib/write_durably.ts";
import { type Command, type CommandLine, exitCodes, print, printError } from "./command.ts";
import { explainOutError } from "./explain_out_error.ts";
import { placeOf } from "./find_results.ts";
import { parseCount } from "./parse_count.ts";
import { printable } from "./printable.ts";
import { type NamedCurriculum, readCurriculum } from "./read_curriculum.ts";
import { shellWord } from "./shell_word.ts";
import { SlowProgress } from "./slow_progress.ts";

/** `deno task replay`: what other curricula would have picked in a run. */
export const replayCommand: Command = {
  name: "replay",
  summary:
    "Show which starts other curricula would have picked in ended runs, and what the log knows of them.",
  usage: "RUN… [options]",
  options: {
    curriculum: {
      type: "string",
      value: '"NAME KEY=VALUE …"',
      multiple: true,
      help:
        "A curriculum beside the run's own: uniform (default; beside that exit), …, or a FILE.ts that exports one",
    },
    draws: {
      type: "string",
      value: "R",
      help: "Replay each so often, first with the run's own random stream; default 1",
    },
    runs: { type: "string", value: "DIR", help: "The folder of all runs; default runs" },
    out: { type: "string", value: "DIR", help: "Write a page with pictures there, replay.html" },
    json: { type: "boolean", help: "Print every figure as JSON" },
  },
  examples: [
    "deno task replay runs/exit-math-exit-s1-0a1b2c3d",
    'deno task replay runs/exit-math-exit-* --curriculum "exit kappa=0" --curriculum prioritized --draws 20',
    "deno task replay exit-math-exit-s1-0a1b2c3d --curriculum my_curriculum.ts --out pages",
  ],
  run: runReplay,
};

async function runReplay(line: CommandLine): Promise<number> {
  const draws = parseCount(line, "draws") ?? 1;
  const words = line.values("curriculum");
  const given = await Promise.all(words.map(readCurriculum));
  const replays = await replayAll(line, given, draws);
  const summaries = summariseReplays(replays);
  if (line.flag("json")) print(JSON.stringify({ draws, runs: replays, arms: summaries }, null, 2));
  else print(summaries.map((summary) => armText(summary)).join("\n\n"));
  const out = line.value("out");
  if (out !== undefined) {
    const path = await writePage(out, summaries);
    if (line.flag("json")) printError(path);
    else print(`\n${path}`);
  }
  return summaries.every(isSound) ? exitCodes.success : exitCodes.failure;
}

/** Whether each curriculum could be replayed, and the runs' own gave what was logged. */
function isSound({ failures, runs }: ReplaySummary): boolean {
  return failures.length === 0 &&
    runs.every(({ reproduction }) => (reproduction?.difference ?? null) === null);
}

/**
 * Replays the runs that the words name. Of a folder of runs, those that cannot be replayed are left out with a note.
 *
 * @throws {UserError} If there is none, or one that is named cannot be replayed.
 */
async function replayAll(
  line: CommandLine,
  given: readonly NamedCurriculum[],
  draws: number,
): Promise<RunReplay[]> {
  if (line.words.length === 0) {
    throw new UserError("Expected a run, such as deno task replay runs/NAME, but found none");
  }
  const runs = line.value("runs") ?? "runs";
  const places: { readonly parent: string; readonly name: string | undefined }[] = [];
  for (const word of line.words) places.push(await placeOf(word, runs));
  const replays: RunReplay[] = [];
  for (const [parent, chosen] of Map.groupBy(places, ({ parent }) => parent)) {
    const names = new Set(chosen.flatMap(({ name }) => name ?? []));
    const all = chosen.some(({ name }) => name === undefined);
    const reader = await openRuns(parent, all ? {} : { only: [...names] });
    try {
      for (const warning of reader.warnings) printError(printable(`warning: ${warning}`));
      for (const name of all ? reader.folders : names) {
        const log = await readLog(reader, name).catch((error: unknown) => {
          if (names.has(name) || !(error instanceof UserError)) throw error;
          printError(printable(`note: ${error.message}`));
          return undefined;
        });
        if (log !== undefined) replays.push(await replayOne(log, given, draws));
      }
    } finally {
      reader.close();
    }
  }
  if (replays.length > 0) return replays;
  throw new UserError("Found no run that can be replayed; deno task run makes some");
}

async function replayOne(
  log: LoggedRun,
  given: readonly NamedCurriculum[],
  draws: number,
): Promise<RunReplay> {
  const subjects = subjectsOf(log, given);
  const progress = new SlowProgress();
  const { run, iterations } = log;
  try {
    return await replayRun(log, subjects, {
      draws,
      progress: (iteration) => progress.show(`${printable(run)}  iteration ${iteration} of ${iterations}`),
    });
  } finally {
    progress.clear();
  }
}

/**
 * The curricula to replay on a run: its own first, where that is known, then the given ones; without any, `uniform` to set
 * it against, or `exit` if it is uniform itself.
 */
function subjectsOf(log: LoggedRun, given: readonly NamedCurriculum[]): ReplaySubject[] {
  const { kind, options } = log.curriculum;
  const isOwn = ({ part }: NamedCurriculum): boolean =>
    part.kind === kind && canonicalJson(part.options) === canonicalJson(options);
  const own = ownCurriculum(log) ?? given.find(isOwn);
  if (own === undefined) {
    printError(printable(
      `note: Run "${log.run}" has a curriculum of its own, "${kind}"; name its file, with its options, as --curriculum ` +
        "to see whether it gives the logged starts",
    ));
  }
  const name = kind === "uniform" ? "exit" : "uniform";
  const chosen = given.length > 0 ? given : [{ name, part: builtInCurriculum(name) }];
  const others = chosen.filter((curriculum) => !isOwn(curriculum));
  const different = new Map(others.map((curriculum) => [curriculum.name, curriculum]));
  return [
    ...own === undefined ? [] : [{ name: `${own.name} (own)`, part: own.part, own: true }],
    ...[...different.values()].map(({ name, part }) => ({ name, part, own: false })),
  ];
}

function ownCurriculum({ curriculum: { kind, options } }: LoggedRun): NamedCurriculum | undefined {
  return isBuiltIn(kind) ? { name: kind, part: builtInCurriculum(kind, options) } : undefined;
}

function armText(summary: ReplaySummary): string {
  const { experiment, arm } = summary;
  const heading: Block = { kind: "heading", text: `${experiment}, arm ${arm}` };
  return toText([heading, ...replayReport(summary, "terminal")]).split("\n").map((row) => printable(row))
    .join("\n");
}

async function writePage(out: string, summaries: readonly ReplaySummary[]): Promise<string> {
  const path = join(out, "replay.html");
  const title = [...new Set(summaries.map(({ experiment }) => experiment))].join(", ");
  const command = ["deno", "task", "replay", ...Deno.args.slice(1)].map(shellWord).join(" ");
  try {
    await Deno.mkdir(out, { recursive: true });
    await writeDurably(path, new TextEncoder().encode(replayPage({ title, summaries, command })));
  } catch (error) {
    throw explainOutError(error, out);
  }
  return path;
}
