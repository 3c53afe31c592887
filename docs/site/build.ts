/**
 * `deno task docs [--out DIR]`: the documentation as a site that works from the disk, without a network. A broken link, a page
 * that the navigation lacks or a public symbol without documentation ends it with exit code 1.
 *
 * The task may start this Deno and nothing else; it starts itself again with leave to read the project and to write the folder.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, exitCodes, print, printError, runCommand } from "../../runners/cli/command.ts";
import { option } from "../../runners/cli/words.ts";
import { makeSite } from "./site.ts";
import { writeSite } from "./write_site.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Where the site is written unless `--out` says otherwise; git does not see it. */
const usual = "site";

/** The command of `deno task docs`. */
export const docsCommand: Command = {
  name: "docs",
  summary: "Make the documentation a site that works offline, and check its links.",
  usage: "[--out DIR]",
  options: {
    out: { type: "string", value: "DIR", help: `Where the site is written (default ${usual})` },
  },
  examples: ["deno task docs", "deno task docs --out /tmp/exitlab-docs"],
  async run(line) {
    const folder = line.value("out") ?? usual;
    const site = await makeSite(root);
    for (const problem of site.problems) printError(problem);
    if (site.problems.length > 0) {
      printError(
        `${site.problems.length} ${site.problems.length === 1 ? "problem" : "problems"}; no site was written`,
      );
      return exitCodes.failure;
    }
    await writeSite(site, folder);
    print(`${site.files.size} files in ${folder}; open ${join(folder, "index.html")}`);
    return exitCodes.success;
  },
};

if (import.meta.main) {
  const inside = "--inside";
  const words = Deno.args.filter((word) => word !== inside);
  if (Deno.args.includes(inside)) Deno.exit(await runCommand(docsCommand, words));
  const out = option(words, "out") ?? usual;
  if (out === "" || out.includes(",")) {
    printError(`error: Expected --out to be a folder without commas but found "${out}"`);
    Deno.exit(exitCodes.mistake);
  }
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", `--allow-read=.,${out}`, `--allow-write=${out}`],
      ...[`--allow-run=${Deno.execPath()}`, fileURLToPath(import.meta.url), ...words, inside],
    ],
  }).spawn().status;
  Deno.exit(code);
}
