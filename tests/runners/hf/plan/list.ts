import type { Compiled } from "exitlab/lib/experiment/compile.ts";
import { compile, type CompileOptions } from "exitlab/lib/experiment/compile.ts";
import type { Experiment } from "exitlab";
import { readHardware } from "exitlab/runners/hf/hub/hardware.ts";
import type { HardwareList } from "exitlab/runners/hf/plan/hardware_list.ts";
import { machineOf } from "exitlab/runners/hf/plan/machines.ts";

/** The path of the saved list, made from the Hub's page of machines in the form of its answer. */
export const hardwareFile = new URL("hardware.json", import.meta.url).pathname;

/** The machines of the saved list. */
export const machines = readHardware(JSON.parse(Deno.readTextFileSync(hardwareFile))).map(machineOf);

/** The saved list; or some of its machines. */
export function listOf(...flavors: readonly string[]): HardwareList {
  const chosen = machines.filter(({ flavor }) => flavors.length === 0 || flavors.includes(flavor));
  return { machines: chosen, source: "hardware.json", fetched: "2026-08-20", note: null };
}

/** An experiment compiled for hf, by default with its first seed alone. */
export function compiled(experiment: Experiment, options: CompileOptions = {}): Compiled {
  return compile(experiment, { runner: "hf", seeds: [1], ...options });
}
