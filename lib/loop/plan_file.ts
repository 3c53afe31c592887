import { join, relative } from "node:path";
import type { Plan } from "../experiment/plan.ts";
import { writeDurably } from "../write_durably.ts";
import { explainWriteError } from "./write_error.ts";

/** Keeps the plan beside the run, as a file that can be run: it names its experiment from its own folder. */
export async function writePlanFile(directory: string, plan: Plan): Promise<void> {
  const path = join(directory, "plan.json");
  const { file, overrides } = plan.experiment;
  const experiment = { file: file === null ? null : relative(directory, file), overrides };
  const text = JSON.stringify({ ...plan, experiment }, null, 2);
  try {
    await writeDurably(path, new TextEncoder().encode(`${text}\n`));
  } catch (error) {
    throw explainWriteError(error, path);
  }
}
