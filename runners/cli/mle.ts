import { extname } from "node:path";
import { builtInCompetition, builtInCompetitions } from "../../domains/mle/competition/built_in.ts";
import type { Competition, HiddenPart } from "../../domains/mle/competition/competition.ts";
import { findCompetition } from "../../domains/mle/competition/find_competition.ts";
import { metrics } from "../../domains/mle/competition/metric.ts";
import { competitionPrompt } from "../../domains/mle/competition_prompt.ts";
import {
  figure,
  type JudgedProgram,
  judgeProgram,
  type ProgramLimits,
} from "../../domains/mle/judge_program.ts";
import { programIn } from "../../domains/mle/program_text.ts";
import { type SandboxLanguage, SandboxPool, UserError } from "../../lib/domain/mod.ts";
import { type Command, type CommandLine, exitCodes, print } from "./command.ts";
import { printable } from "./printable.ts";
import { SlowProgress } from "./slow_progress.ts";

/** `deno task mle`: what a program is worth in a competition, as in an episode. */
export const mleCommand: Command = {
  name: "mle",
  summary:
    "Score a program in a competition as an episode would: run it in the sandbox, score its predictions.",
  usage: "score|prompt|list [options]",
  options: {
    competition: {
      type: "string",
      value: "DIR",
      help: "The competition's folder, such as ./mine, or a built-in id",
    },
    solution: {
      type: "string",
      value: "FILE",
      help: "The program: .ts, .py, or .md with it in a fenced block",
    },
    language: { type: "string", value: "NAME", help: "typescript or python; default by the file's ending" },
    seconds: { type: "string", value: "N", help: "Seconds that the program has; default 60" },
    memory: { type: "string", value: "MIB", help: "Memory that the program has; default 1024" },
    "no-bubblewrap": { type: "boolean", help: "Do without bubblewrap, as on machines that lack it" },
    json: { type: "boolean", help: "Print everything as JSON" },
  },
  examples: [
    "deno task mle score --competition wages --solution my_solution.ts",
    "deno task mle score --competition ./my_competition --solution my_solution.py",
    "deno task mle prompt --competition co2   # what a policy is asked",
    "deno task mle list                       # the competitions that come with it",
  ],
  run: async (line) => {
    const [verb = "", ...others] = line.words;
    const action = actions.get(verb);
    if (action === undefined) {
      throw new UserError(`Expected score, prompt or list but found ${verb === "" ? "none" : `"${verb}"`}`);
    }
    if (others.length > 0) {
      throw new UserError(`Expected nothing after ${verb} but found "${others.join(" ")}"`);
    }
    return await action(line);
  },
};

const actions = new Map<string, (line: CommandLine) => number | Promise<number>>([
  ["score", score],
  ["prompt", showPrompt],
  ["list", list],
]);

async function score(line: CommandLine): Promise<number> {
  const competition = competitionOf(line);
  const limits = limitsOf(line);
  const path = line.value("solution");
  if (path === undefined) {
    throw new UserError("Expected --solution FILE, the program to score, but found none");
  }
  const text = await readSolution(path);
  const language = languageOf(line, path, text);
  const pool = new SandboxPool({ bubblewrap: !line.flag("no-bubblewrap") });
  const progress = new SlowProgress();
  const timer = setInterval(() => progress.show(`${competition.id}  running ${path}`), 1000);
  const began = performance.now();
  let judged: JudgedProgram;
  try {
    judged = await judgeProgram(pool, competition, { language, code: programIn(text) }, limits);
  } finally {
    clearInterval(timer);
    progress.clear();
  }
  const seconds = (performance.now() - began) / 1000;
  print(
    line.flag("json") ? jsonText(competition, judged, seconds) : judgedText(competition, judged, seconds),
  );
  return judged.scored.ok ? exitCodes.success : exitCodes.failure;
}

function showPrompt(line: CommandLine): number {
  const language = line.value("language") ?? "typescript";
  const messages = competitionPrompt(competitionOf(line), checkLanguage(language), limitsOf(line));
  print(messages.map(({ content }) => content).join("\n\n"));
  return exitCodes.success;
}

function list(line: CommandLine): number {
  const all = builtInCompetitions.map(builtInCompetition);
  if (line.flag("json")) {
    print(JSON.stringify(
      all.map(({ id, title, metric, target, dummy, best, medals }) => ({
        id,
        title,
        metric,
        target,
        dummy,
        best,
        medals,
      })),
      null,
      2,
    ));
    return exitCodes.success;
  }
  const width = Math.max(...all.map(({ id }) => id.length));
  for (const { id, title, metric, dummy, best } of all) {
    print(
      `${id.padEnd(width)}  ${title}: ${metric}, test from ${figure(dummy.test)} to ${figure(best.test)}`,
    );
  }
  return exitCodes.success;
}

function competitionOf(line: CommandLine): Competition {
  const word = line.value("competition");
  if (word === undefined) {
    throw new UserError(
      "Expected --competition DIR, a folder or a built-in id (see deno task mle list), but found none",
    );
  }
  return findCompetition(word);
}

async function readSolution(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new UserError(`Cannot find the solution ${path}`);
    if (error instanceof Deno.errors.IsADirectory) {
      throw new UserError(`Expected --solution to be a file but ${path} is a folder`);
    }
    throw error;
  }
}

function languageOf(line: CommandLine, path: string, text: string): SandboxLanguage {
  const given = line.value("language");
  if (given !== undefined) return checkLanguage(given);
  const ending = extname(path);
  if (ending === ".py") return "python";
  if (/^\.[cm]?[jt]s$/.test(ending)) return "typescript";
  if (ending === ".md" || ending === ".txt") {
    return /^\s*(```+|~~~+)\s*py/m.test(text) ? "python" : "typescript";
  }
  throw new UserError(
    `Expected --solution to end with .ts, .py or .md but found "${path}"; or give --language`,
  );
}

function checkLanguage(name: string): SandboxLanguage {
  if (name === "typescript" || name === "python") return name;
  throw new UserError(`Expected --language to be typescript or python but found "${name}"`);
}

function limitsOf(line: CommandLine): ProgramLimits {
  const read = (name: string, usual: number): number => {
    const text = line.value(name) ?? String(usual);
    if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
    throw new UserError(`Expected --${name} to be a whole number of at least 1 but found "${text}"`);
  };
  return { seconds: read("seconds", 60), memory: read("memory", 1024) };
}

function jsonText(
  { id, metric, dummy, best }: Competition,
  { report, scored, verdict, feedback }: JudgedProgram,
  seconds: number,
): string {
  const { outcome, message, output, layers } = report;
  return JSON.stringify(
    {
      competition: id,
      metric,
      dummy,
      best,
      scored,
      verdict,
      feedback,
      run: { outcome, message, output, layers, seconds },
    },
    null,
    2,
  );
}

function judgedText(
  competition: Competition,
  { report, scored, verdict, feedback }: JudgedProgram,
  seconds: number,
): string {
  const { id, title, metric, dummy, best } = competition;
  const held = `${seconds.toFixed(2)} s, held by ${report.layers.join(", ")}`;
  const head = `${title} (${id}), ${metric}: ${
    metrics[metric].higherIsBetter ? "higher" : "lower"
  } is better`;
  if (!scored.ok) return [head, `  ${printable(feedback, 4000)}`, `  run         ${held}`].join("\n");
  const row = (part: HiddenPart, name: string, share: number): string =>
    `  ${part.padEnd(10)}  ${figure(scored[part]).padEnd(7)} ${name} ${share.toFixed(3)}  ` +
    `(a constant scores ${figure(dummy[part])}, the best known ${figure(best[part])})`;
  return [
    head,
    row("validation", "reward ", verdict.reward),
    row("test", "quality", verdict.quality),
    ...(competition.medals === null ? [] : [`  medal       ${scored.medal ?? "none"}`]),
    `  run         ${held}`,
  ].join("\n");
}
