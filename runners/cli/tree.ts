import { closest } from "../../lib/closest.ts";
import { UserError } from "../../lib/errors.ts";
import type { Json } from "../../lib/json.ts";
import { openRuns, type Reader } from "../../lib/metrics/reader.ts";
import { plural, share } from "../../lib/report/figures.ts";
import { searchTree, type TreeNode } from "../../lib/report/search_tree.ts";
import { type Command, type CommandLine, exitCodes, print, printError } from "./command.ts";
import { placeOf } from "./find_results.ts";
import { printable } from "./printable.ts";

/** `deno task tree`: a search of an evaluation as a tree. */
export const treeCommand: Command = {
  name: "tree",
  summary:
    "Show a greedy search over a held-out task as a tree: what was asked, and what each program scored.",
  usage: "RUN [options]",
  options: {
    task: { type: "string", value: "ID", help: "The held-out task; default the first" },
    sample: { type: "string", value: "N", help: "Which search of the task, from 0; default 0" },
    iteration: { type: "string", value: "N", help: "The evaluation after this iteration; default the last" },
    node: {
      type: "string",
      value: "N",
      help: "Print the response of this node, and what the domain said of it",
    },
    runs: { type: "string", value: "DIR", help: "The folder of all runs; default runs" },
  },
  examples: [
    "deno task tree runs/programs-exit-s1-0a1b2c3d",
    "deno task tree programs-exit-s1-0a1b2c3d --task wages --sample 1",
    "deno task tree programs-exit-s1-0a1b2c3d --task wages --node 4",
  ],
  run: runTree,
};

/** A node with its texts. */
interface StoredNode extends TreeNode {
  readonly response: string;
  readonly feedback: string;
}

async function runTree(line: CommandLine): Promise<number> {
  const [word, ...others] = line.words;
  if (word === undefined || others.length > 0) {
    throw new UserError(
      `Expected one run, such as deno task tree runs/NAME, but found ${
        word === undefined ? "none" : plural(line.words.length, "word")
      }`,
    );
  }
  const { parent, name } = await placeOf(word, line.value("runs") ?? "runs");
  if (name === undefined || name.endsWith(".parquet")) {
    throw new UserError(
      `Expected a run's folder or id but found ${
        name === undefined ? "a folder of runs" : "a file of results"
      }, "${word}"`,
    );
  }
  const reader = await openRuns(parent);
  try {
    for (const warning of reader.warnings) {
      if (warning.includes(`"${name}"`)) printError(`warning: ${warning}`);
    }
    print(await treeText(reader, name, line));
  } finally {
    reader.close();
  }
  return exitCodes.success;
}

async function treeText(reader: Reader, run: string, line: CommandLine): Promise<string> {
  const iterations = await listOf(
    reader,
    "select distinct iteration from nodes where run = $run order by all",
    {
      run,
    },
  );
  if (iterations.length === 0) throw await nothingIn(reader, run);
  const iteration = chosen(line, "iteration", iterations.map(Number), Number(iterations.at(-1)));
  const place = { run, iteration };
  const where = "from nodes where run = $run and iteration = $iteration";
  const tasks = (await listOf(reader, `select distinct task ${where} order by all`, place)).map(String);
  const task = line.value("task") ?? tasks[0] ?? "";
  if (!tasks.includes(task)) throw unknownTask(task, tasks);
  const samples = await listOf(reader, `select distinct sample ${where} and task = $task order by all`, {
    ...place,
    task,
  });
  const sample = chosen(line, "sample", samples.map(Number), 0);
  const { rows } = await reader.query(
    `select node, parent, mode, validation, quality, failed, best, response, feedback
     ${where} and task = $task and sample = $sample order by node`,
    { ...place, task, sample },
  );
  const nodes = rows.map(readNode);
  const shown = line.value("node");
  if (shown !== undefined) {
    return nodeText(nodes, chosen(line, "node", nodes.map(({ node }) => node), 0));
  }
  return [
    `Run ${run}, iteration ${iteration}, task "${
      printable(task)
    }" (1 of ${tasks.length}), sample ${sample} ` +
    `(1 of ${samples.length})`,
    "",
    searchTree(nodes),
    "",
    ...reading(nodes),
    ...tasks.length > 1 ? [`Tasks: ${nameSome(tasks)}`] : [],
  ].join("\n");
}

/** The values of a query's one column. */
async function listOf(
  reader: Reader,
  sql: string,
  params: Readonly<Record<string, string | number>>,
): Promise<Json[]> {
  return (await reader.query(sql, params)).rows.flatMap((row) => row.slice(0, 1));
}

function readNode(row: readonly Json[]): StoredNode {
  const [node, parent, mode, validation, quality, failed, best, response, feedback] = row;
  const told = feedback === null || feedback === undefined ? "" : String(feedback);
  return {
    node: Number(node),
    parent: parent === null ? null : Number(parent),
    mode: String(mode),
    validation: validation === null ? null : Number(validation),
    test: quality === null ? null : Number(quality),
    failed: failed === true,
    best: best === true,
    note: failed === true ? printable(told.split("\n").find((part) => part.trim() !== "") ?? "", 60) : "",
    response: String(response ?? ""),
    feedback: told,
  };
}

/** What the tree shows, in words. */
function reading(nodes: readonly StoredNode[]): string[] {
  const found = nodes.findLast(({ best }) => best);
  const failed = nodes.filter((node) => node.failed).length;
  const counts = `${plural(nodes.length, "node")}, ${failed} failed.`;
  if (found === undefined) return [`${counts} No program ran, so that nothing was found.`];
  const most = Math.max(...nodes.map(({ test }) => test ?? 0));
  return [
    `${counts} * is the way to what the search found: node ${found.node}, the best by validation ` +
    `(${share(found.validation)}), with ${share(found.test)} on the test.`,
    `The search never saw the test scores. The best of them is ${
      share(most)
    }; to know which takes an oracle.`,
  ];
}

/** A node's texts, line by line, control characters made visible. */
function nodeText(nodes: readonly StoredNode[], number: number): string {
  const node = nodes.find((each) => each.node === number);
  const lines = (text: string): string => text.split("\n").map((part) => printable(part)).join("\n");
  return [
    lines(node?.response ?? ""),
    ...(node?.feedback ?? "") === "" ? [] : ["", "Feedback:", lines(node?.feedback ?? "")],
  ].join("\n");
}

/** The number that an option gives, one of those that there are. */
function chosen(line: CommandLine, option: string, known: readonly number[], usual: number): number {
  const text = line.value(option);
  if (text === undefined) return usual;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (known.includes(value)) return value;
  throw new UserError(`Expected --${option} to be one of ${nameSome(known.map(String))} but found "${text}"`);
}

function unknownTask(task: string, tasks: readonly string[]): UserError {
  const guess = closest(task, tasks);
  return new UserError(
    `Found no search over task "${task}" (${
      guess === undefined ? `there are ${nameSome(tasks)}` : `did you mean "${guess}"?`
    })`,
  );
}

/** A list of which a long one is cut short. */
function nameSome(names: readonly string[]): string {
  const most = 12;
  const shown = names.slice(0, most).map((name) => printable(name, 60)).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

async function nothingIn(reader: Reader, run: string): Promise<UserError> {
  const { rows } = await reader.query("select 1 from runs where run = $run", { run });
  return new UserError(
    rows.length === 0
      ? `Found no run "${run}" that can be read`
      : `Run "${run}" has no search: its evaluations are chains (evaluate.search makes searches of them)`,
  );
}
