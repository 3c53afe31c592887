/**
 * Starts a command with the permissions that its words call for: the named set of deno.json, plus the folders that
 * the command line names. It may start this Deno and nothing else.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { datasetFolder } from "../../lib/domain/dataset_folder.ts";
import { UserError } from "../../lib/errors.ts";
import { isHubHost } from "../../lib/hub_token.ts";
import { exitCodes, printError } from "./command.ts";
import { evalGrants } from "./eval_grants.ts";
import { hubGrants } from "./hub_grants.ts";
import { parseNewKind } from "./new/names.ts";
import { newPaths, usualParent } from "./new/placement.ts";
import { keyNames, tokenizerFolder } from "./server_names.ts";
import { isFilePath } from "./plugin_address.ts";
import { projectFlags, projectGrants } from "./project.ts";
import { stepBack } from "./step_back.ts";
import { curriculumWords, isCurriculumFile, option, options } from "./words.ts";

/** Where runs are kept unless `--runs` says otherwise. */
const defaultRuns = "runs";

/**
 * The permission flags for a command's words.
 *
 * @example
 * ```ts
 * import { grants } from "exitlab/runners/cli/launch.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(grants("sql", ["select 1", "--runs=/data"]), ["-P=sql", "--allow-read=.,/data"]);
 * assert.deepEqual(grants("compare", ["/data/one", "--out", "pages"]), [
 *   "-P=compare",
 *   "--allow-read=.,/data,runs,pages",
 *   "--allow-write=pages",
 * ]);
 * assert.deepEqual(grants("report", ["/data/one"]), [
 *   "-P=report",
 *   "--allow-read=.,/data,runs",
 *   "--allow-write=runs/reports",
 * ]);
 * assert.deepEqual(grants("tree", ["/data/one", "--task", "wages"]), ["-P=tree", "--allow-read=.,/data,runs"]);
 * assert.deepEqual(grants("replay", ["/data/one", "--curriculum", "/mine/novel.ts share=0.5", "--out", "pages"]), [
 *   "-P=replay",
 *   "--allow-read=.,/data,/mine,runs,pages",
 *   "--allow-write=pages",
 * ]);
 * assert.deepEqual(grants("watch", ["/data/one", "--port", "0"]), ["-P=watch", "--allow-read=.,/data,runs"]);
 * assert.deepEqual(grants("diff", ["/data/one", "two"]), ["-P=diff", "--allow-read=.,/data,runs"]);
 * assert.deepEqual(grants("export", ["--format", "csv", "--out=tables"]), [
 *   "-P=export",
 *   "--allow-read=.,runs,tables",
 *   "--allow-write=tables",
 * ]);
 * assert.deepEqual(grants("rescore", ["/data/one", "--domain", "rules/mine.ts", "--out=again"]), [
 *   "-P=rescore",
 *   "--allow-read=.,/data,rules,runs,again",
 *   "--allow-write=again",
 * ]);
 * assert.deepEqual(grants("mle", ["score", "--competition", "/data/mine", "--solution", "/tries/a.ts"]), [
 *   "-P=mle",
 *   "--allow-read=.,/data/mine,/tries",
 * ]);
 * assert.deepEqual(grants("conformance", ["math", "--json", "/data/cases.jsonl"]), [
 *   "-P=conformance",
 *   "--allow-read=.,/data",
 * ]);
 * assert.deepEqual(grants("plan", ["a.ts", "--net", "example.com"]), [
 *   "-P=plan",
 *   "--allow-read=.",
 *   "--allow-write=.cache/datasets",
 *   "--allow-net=example.com",
 * ]);
 * assert.deepEqual(grants("conformance", ["engine", "--url", "http://gpu-box:8000"]).slice(2), [
 *   "--allow-net=gpu-box:8000",
 *   "--allow-env=EXITLAB_TRAINER_KEY,EXITLAB_SAMPLER_KEY",
 * ]);
 * assert.deepEqual(grants("new", ["domain", "word-chain", "--out", "/mine"]), [
 *   "-P=new",
 *   "--allow-read=.,/mine",
 *   "--allow-write=/mine",
 * ]);
 * assert.deepEqual(grants("cell", ["cell.json", "--run", "npx"]).at(-1), "--allow-run=npx");
 * ```
 */
export function grants(command: string, words: readonly string[]): string[] {
  const read = ["."];
  const write: string[] = [];
  const runs = option(words, "runs") ?? defaultRuns;
  const out = option(words, "out");
  const query = option(words, "file") ?? words[words.indexOf("-f") + 1 || words.length];
  if (command === "run" || command === "plan") {
    read.push(
      ...words.filter((word) => /\.([cm]?[jt]s|json|ya?ml)$/.test(word)).map((word) => dirname(word)),
    );
  }
  if (
    ["compare", "report", "replay", "tree", "push", "watch", "diff", "export", "rescore"].includes(command)
  ) {
    read.push(...operands(words).map((word) => dirname(word)));
  }
  if (command === "replay") read.push(...curriculumFiles(words).map((path) => dirname(path)));
  if (command === "rescore") {
    read.push(...options(words, "domain").filter(isFilePath).map((path) => dirname(path)));
    read.push(...options(words, "read"));
  }
  if (["run", "plan", "eval"].includes(command)) read.push(...options(words, "read"));
  if (command === "run") read.push(...options(words, "sink").map((path) => dirname(path)));
  if (command === "mle") {
    read.push(...options(words, "competition"), ...options(words, "solution").map((path) => dirname(path)));
  }
  const tokenizer = option(words, "tokenizer");
  if (tokenizer !== undefined && calls(command)) read.push(tokenizer);
  if (command === "conformance") read.push(...operands(words).slice(1).map((word) => dirname(word)));
  if (readsRuns.has(command)) read.push(runs);
  if (["run", "jobs", "pull"].includes(command)) write.push(runs);
  // Copies of files without this machine's paths in them.
  if (command === "push") write.push(join(runs, ".cache"));
  if (out !== undefined) write.push(out);
  if (command === "new") {
    const folder = out ?? usualParent(operands(words)[0]);
    read.push(folder);
    write.push(folder);
  }
  // A file that is being written there is read back and renamed.
  if (out !== undefined && ["compare", "report", "replay", "export", "rescore"].includes(command)) {
    read.push(out);
  }
  if (out === undefined && command === "report") write.push(join(runs, "reports"));
  const notes = option(words, "notes");
  if (notes !== undefined && command === "compare") read.push(notes);
  if (query !== undefined) read.push(query);
  if (command === "cell") {
    const [work, folder] = [options(words, "work"), options(words, "folder")];
    read.push(...operands(words).map((word) => dirname(word)), ...work, ...folder);
    write.push(...work, ...folder);
  }
  const programs = ["run", "plan", "cell", "eval", "rescore"];
  const net = programs.includes(command) ? options(words, "net") : [];
  const servers = calls(command) ? serverHosts(words) : [];
  checkHostNames(net);
  const run = programs.includes(command) ? options(words, "run") : [];
  // It checks a plugin in a process of its own, which alone gets what --net, --read and --run name.
  if (command === "validate") run.push(Deno.execPath());
  // One of the hosts may be that of a data set, which is kept once it is fetched.
  if (net.length > 0) write.push(datasetFolder);
  if (net.length > 0 && servers.length > 0) write.push(tokenizerFolder);
  const hub = command === "eval" ? evalGrants(words) : hubGrants(command, words, Deno.execPath());
  return [
    `-P=${command}`,
    ...flag("read", [...read, ...hub.read]),
    ...flag("write", [...write, ...hub.write]),
    ...flag("net", [...net, ...servers, ...hub.net]),
    ...flag("run", [...run, ...hub.run]),
    // The token is for Hugging Face; without such a host nothing may read it.
    ...flag("env", [
      ...(net.some(isHubHost) ? ["HF_TOKEN"] : []),
      ...(servers.length > 0 ? Object.values(keyNames) : []),
      ...hub.env,
    ]),
  ];
}

/**
 * Refuses what cannot follow `--net`.
 *
 * @throws {UserError} If one is no `host` or `host:port`.
 */
export function checkHostNames(net: readonly string[]): void {
  const strange = net.find((host) =>
    !/^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(host) && !host.includes(",")
  );
  if (strange === undefined) return;
  throw new UserError(`Expected --net to be a host such as localhost:8080 but found "${strange}"`);
}

/** The words that are neither options nor their values; a run's folder is read together with those beside it. */
function operands(words: readonly string[]): string[] {
  return words.filter((word, at) => {
    const before = words[at - 1] ?? "";
    return !word.startsWith("-") && (!before.startsWith("--") || before.includes("=") || flags.has(before));
  });
}

/** Options of `compare`, `report`, `diff`, `tree`, `push` and `conformance` that take no value. */
const flags: ReadonlySet<string> = new Set(["--json", "--unfinished", "--public", "--help"]);

/** The commands that read the folder of all runs. */
const readsRuns: ReadonlySet<string> = new Set([
  ...[
    "run",
    "sql",
    "compare",
    "report",
    "replay",
    "diff",
    "export",
    "tree",
    "jobs",
    "push",
    "pull",
    "watch",
    "rescore",
  ],
]);

/** The files among the curricula to replay: each is a name or a path, and options after it. */
function curriculumFiles(words: readonly string[]): string[] {
  return options(words, "curriculum").flatMap((text) => {
    const [path = ""] = curriculumWords(text);
    return isCurriculumFile(path) ? [path] : [];
  });
}

/** The commands that may call a trainer or a sampler. */
function calls(command: string): boolean {
  return command === "run" || command === "conformance";
}

/** The hosts of `--url` and `--sampler`, with their ports; what is no address is told of by the command itself. */
function serverHosts(words: readonly string[]): string[] {
  return ["url", "sampler"].flatMap((name) => options(words, name)).flatMap((text) => {
    const url = URL.parse(text);
    if (url === null || url.hostname === "") return [];
    return [`${url.hostname}:${url.port !== "" ? url.port : url.protocol === "https:" ? "443" : "80"}`];
  });
}

/**
 * The flag that grants some access; none for nothing.
 *
 * @throws {UserError} If a name is empty or has a comma.
 */
export function flag(kind: "read" | "write" | "net" | "run" | "env", names: readonly string[]): string[] {
  for (const name of names) {
    if (name === "" || name.includes(",")) {
      throw new UserError(
        `Expected a ${
          kind === "net" ? "host" : kind === "run" ? "program" : "path"
        } without commas but found "${name}": ` +
          "commas part the items of a permission",
      );
    }
  }
  return names.length === 0 ? [] : [`--allow-${kind}=${[...new Set(names)].join(",")}`];
}

async function launch(command: string, words: readonly string[]): Promise<number> {
  const main = new URL("./main.ts", import.meta.url).href;
  let permissions: string[];
  try {
    permissions = grants(command, words);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    printError(`error: ${error.message}`);
    return exitCodes.mistake;
  }
  const project = projectFlags();
  if (project.length > 0) permissions = projectGrants(command, permissions);
  // A process can lower its first thread alone; one that is started has what its starter has, in all threads.
  if (command === "watch") stepBack();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...project, ...permissions, main, command, ...words],
  }).spawn();
  // Ctrl-C reaches the whole process group: the command saves and says how to go on, and this one waits for it.
  Deno.addSignalListener("SIGINT", () => {});
  Deno.addSignalListener("SIGTERM", () => child.kill("SIGTERM"));
  const { code } = await child.status;
  if (command === "new" && code === exitCodes.success) await formatNew(words);
  return code;
}

/** Formats what `new` wrote as the project has it that it is for; where it wants no formatting it gets none. */
async function formatNew(words: readonly string[]): Promise<void> {
  const [kind, name] = operands(words);
  if (name === undefined) return;
  const paths = newPaths(parseNewKind(kind), name, option(words, "out"));
  const args = ["fmt", "--quiet", ...projectFlags(), "--permit-no-files", ...paths];
  await new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "null" }).output();
}

if (import.meta.main) {
  const [command = "", ...words] = Deno.args;
  Deno.exit(await launch(command, words));
}
