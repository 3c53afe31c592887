/**
 * The command line: `main.ts COMMAND …`, as the tasks of deno.json call it.
 *
 * @module
 */
import { type Command, exitCodes, printError, runCommand } from "./command.ts";

/** Each command is loaded when it is called for, so that one does not need the permissions of another. */
const commands = new Map<string, () => Promise<Command>>([
  ["run", async () => (await import("./run.ts")).runExperimentCommand],
  ["plan", async () => (await import("./plan.ts")).planCommand],
  ["compare", async () => (await import("./compare.ts")).compareCommand],
  ["report", async () => (await import("./report.ts")).reportCommand],
  ["replay", async () => (await import("./replay.ts")).replayCommand],
  ["rescore", async () => (await import("./rescore.ts")).rescoreCommand],
  ["diff", async () => (await import("./diff.ts")).diffCommand],
  ["export", async () => (await import("./export.ts")).exportCommand],
  ["new", async () => (await import("./new.ts")).newCommand],
  ["validate", async () => (await import("./validate.ts")).validateCommand],
  ["conformance", async () => (await import("./conformance.ts")).conformanceCommand],
  ["mle", async () => (await import("./mle.ts")).mleCommand],
  ["tree", async () => (await import("./tree.ts")).treeCommand],
  ["cell", async () => (await import("./cell.ts")).cellCommand],
  ["eval", async () => (await import("./eval.ts")).evalCommand],
  ["jobs", async () => (await import("./jobs.ts")).jobsCommand],
  ["push", async () => (await import("./push.ts")).pushCommand],
  ["pull", async () => (await import("./pull.ts")).pullCommand],
  ["watch", async () => (await import("./watch.ts")).watchCommand],
  ["sql", async () => (await import("./sql.ts")).sqlCommand],
]);

const [name = "", ...words] = Deno.args;
const load = commands.get(name);
if (load === undefined) {
  printError(`error: Expected a command (${[...commands.keys()].join(", ")}) but found "${name}"`);
  Deno.exit(exitCodes.mistake);
}
Deno.exit(await runCommand(await load(), words));
