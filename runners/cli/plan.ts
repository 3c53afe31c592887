import { dirname, extname, relative, resolve } from "node:path";
import { UserError } from "../../lib/errors.ts";
import type { Compiled } from "../../lib/experiment/compile.ts";
import type { Plan } from "../../lib/experiment/plan.ts";
import { toYaml } from "../../lib/yaml.ts";
import { type Command, type CommandLine, exitCodes, print } from "./command.ts";
import { compileRequest, experimentOptions, readExperimentOptions } from "./experiment_options.ts";
import { expectNoHub, placementOptions, readParameters, readPlacement } from "./hf_options.ts";
import { accessSection } from "./plan_access.ts";
import { planTable } from "./plan_table.ts";

/** `deno task plan`: what an experiment would run, as a table or as a plan file. */
export const planCommand: Command = {
  name: "plan",
  summary:
    "Shows what an experiment would run: options, batch arithmetic, expected tokens and runs; for hf, machines and prices.",
  usage: "FILE [options]",
  options: {
    ...experimentOptions,
    ...placementOptions,
    all: { type: "boolean", help: "Every option, with the layer that set it" },
    yaml: { type: "boolean", help: "Print the plan file as YAML" },
    json: { type: "boolean", help: "Print the plan file as JSON" },
    out: { type: "string", value: "FILE", help: "Write the plan file (.yaml, .yml or .json) instead" },
  },
  examples: [
    "deno task plan experiments/exit_math.ts",
    "deno task plan experiments/exit_math.ts --arm exit --set curriculum.probability=0.35 --all",
    "deno task plan experiments/exit_math.ts --out plan.yaml && deno task run plan.yaml",
    "deno task plan experiments/exit_gsm8k.ts --runner hf --max-cost 200",
    "deno task plan experiments/paper_tools.ts --runner tgi",
  ],
  run: async (line) => {
    const request = readExperimentOptions(line);
    const format = planFormat(line);
    const out = line.value("out");
    if (format === "table") {
      const compiled = await compileRequest(request);
      const plan = await placed(line, compiled);
      const access = await accessSection(compiled.jobs, line);
      print(planTable(plan, line.flag("all"), access, await serverLines(line, compiled, request.path)));
      return exitCodes.success;
    }
    const folder = out === undefined ? Deno.cwd() : dirname(resolve(out));
    const plan = await placed(line, await compileRequest(request, (file) => relativeFile(folder, file)));
    const text = planText(plan, format);
    if (out === undefined) print(text.trimEnd());
    else {
      await writePlan(out, text);
      print(
        plan.runner === "tgi"
          ? `Wrote ${out}; run it with: deno task run ${out} --url http://127.0.0.1:8000 (your trainer's address)`
          : `Wrote ${out}; run it with: deno task run ${out}${plan.runner === "hf" ? " --runner hf" : ""}`,
      );
    }
    return exitCodes.success;
  },
};

/** A plan for hf says where its jobs run. */
async function placed(line: CommandLine, compiled: Compiled): Promise<Plan> {
  const { plan } = compiled;
  if (plan.runner === "hf") return { ...plan, placement: await readPlacement(line, compiled) };
  expectNoHub(line, plan.runner, plan.runner === "tgi" ? ["parameters"] : []);
  return plan;
}

/** A plan for tgi says how to start a server. */
async function serverLines(line: CommandLine, compiled: Compiled, file: string): Promise<string[]> {
  if (compiled.plan.runner !== "tgi") return [];
  const { serverSection } = await import("./server_section.ts");
  return serverSection(compiled, file, readParameters(line));
}

type Format = "table" | "yaml" | "json";

/** What to print or write: the flag decides, or else the name of the file. */
function planFormat(line: CommandLine): Format {
  const asked = (["yaml", "json"] as const).filter((name) => line.flag(name));
  if (asked.length > 1) throw new UserError("Expected either --yaml or --json but found both");
  const out = line.value("out");
  if (out === undefined) return asked[0] ?? "table";
  const named = new Map<string, Format>([[".yaml", "yaml"], [".yml", "yaml"], [".json", "json"]]).get(
    extname(out),
  );
  if (named !== undefined && (asked[0] ?? named) === named) return named;
  const wanted = asked[0] === undefined
    ? ".yaml, .yml or .json"
    : asked[0] === "json"
    ? ".json"
    : ".yaml or .yml";
  throw new UserError(`Expected --out to end in ${wanted} but found "${out}"`);
}

function planText(plan: Plan, format: "yaml" | "json"): string {
  return format === "yaml" ? toYaml(plan) : `${JSON.stringify(plan, null, 2)}\n`;
}

async function writePlan(out: string, text: string): Promise<void> {
  try {
    await Deno.writeTextFile(out, text);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new UserError(`Cannot write "${out}": there is no folder ${dirname(resolve(out))}`);
    }
    if (error instanceof Deno.errors.IsADirectory) {
      throw new UserError(`Expected --out to be a file but found the folder "${out}"`);
    }
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
      throw new UserError(`No permission to write to "${out}"`);
    }
    throw error;
  }
}

/** A plan names its experiment relative to its own folder, so that both can move together. */
function relativeFile(folder: string, file: string): string {
  return relative(folder, resolve(file)).replaceAll("\\", "/");
}
