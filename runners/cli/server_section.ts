/**
 * How to start a server for the arms of a plan for `tgi`.
 *
 * @module
 */
import type { Compiled } from "../../lib/experiment/compile.ts";
import { hubOptions } from "../../lib/engine/hub.ts";
import type { Settings } from "../../lib/experiment/settings.ts";
import {
  drawTokens,
  ownTrainerMemory,
  passTokens,
  skyrlMemory,
  type Trained,
  usableShare,
} from "../hf/plan/memory.ts";
import { modelFacts } from "../hf/plan/model_facts.ts";
import { gigabytes } from "../hf/plan/write_figures.ts";
import { skyrlCommand, skyrlSource, trainerCommand } from "../tgi/server_command.ts";
import { serverLacks } from "../tgi/server_lacks.ts";
import { profiles } from "../tgi/tinker/profile.ts";
import { shellWord } from "./shell_word.ts";

/** Bytes of the GPU that commands are reckoned for. */
const gpuMemory = 80e9;

/** The sizes of a machine with several GPUs. */
const gpuCounts = [1, 2, 4, 8] as const;

const place = { port: 8000, checkpoints: ".cache/checkpoints" } as const;

/** Arms that are served alike. */
interface Served {
  readonly names: string[];
  readonly settings: Settings;
  readonly lines: readonly string[];
}

/**
 * The commands that start a server for each arm: the project's own trainer, and SkyRL on as many GPUs of 80 GB as it takes;
 * where an arm asks for what SkyRL lacks, which options those are, and what makes it run there.
 *
 * @param file The experiment, for the command that runs it.
 * @param parameters The number of parameters that the user says a model has.
 */
export function serverSection({ jobs }: Compiled, file: string, parameters: number | undefined): string[] {
  const served: Served[] = [];
  for (const [name, settings] of new Map(jobs.map(({ arm, settings }) => [arm, settings]))) {
    if (settings.policy.kind !== "hub") continue;
    const lines = linesOf(settings, file, parameters);
    const same = served.find((each) => each.lines.join() === lines.join());
    if (same === undefined) served.push({ names: [name], settings, lines });
    else same.names.push(name);
  }
  const title = ({ names }: Served): string =>
    served.length === 1 && names.length > 1 ? "all arms" : names.join(", ");
  return served.flatMap((group) => ["", `Start a server (${title(group)})`, ...group.lines]);
}

function linesOf(settings: Settings, file: string, parameters: number | undefined): string[] {
  const { model, context, adapter } = hubOptions(settings.policy);
  const facts = modelFacts(model, parameters);
  const trained = facts === undefined ? undefined : { facts, rank: adapter?.rank ?? null, context };
  return [
    ...facts === undefined
      ? [
        `  How large ${model} is is not known; --parameters N, such as 3.2e9, would tell how many GPUs it takes`,
      ]
      : [`  ${facts.source}`, ...facts.guessed === null ? [] : [`  ${facts.guessed}`]],
    ...ownLines(settings, trained, file),
    ...skyrlLines(settings, trained, file),
    "  Sizes are estimates (docs/scale_out.md); neither was run on a GPU",
  ];
}

function ownLines(settings: Settings, trained: Trained | undefined, file: string): string[] {
  const words = trainerCommand(settings, { model: null, gpu: true, drawTokens }, place);
  return [
    `  The project's own trainer${trained === undefined ? "" : `: ${ownSize(trained)}`}`,
    `    ${shell(["uv", "run", "--project", "runners/tgi/trainer", ...words])}`,
    `    ${runText(file, "exitlab")}`,
  ];
}

function ownSize(trained: Trained): string {
  const { bytes } = ownTrainerMemory(trained, 1);
  return bytes <= gpuMemory * usableShare
    ? `${gigabytes(bytes)}, which one GPU of 80 GB has`
    : `${gigabytes(bytes)}, more than one GPU of 80 GB has`;
}

function skyrlLines(settings: Settings, trained: Trained | undefined, file: string): string[] {
  const gpus = trained === undefined
    ? undefined
    : gpuCounts.find((count) => skyrlMemory(trained, count).bytes <= gpuMemory * usableShare);
  const lacks = serverLacks(settings, profiles.skyrl);
  const size = { gpus: gpus ?? 8, passTokens: passTokens({ context: hubOptions(settings.policy).context }) };
  const why = trained === undefined
    ? "GPUs as you have them"
    : gpus === undefined
    ? `more than one machine of 8 GPUs of 80 GB: ${
      gigabytes(skyrlMemory(trained, 8).bytes)
    } on each; see docs/scale_out.md`
    : `${gpus} ${gpus === 1 ? "GPU" : "GPUs"} of 80 GB, ${
      gigabytes(skyrlMemory(trained, gpus).bytes)
    } on each`;
  return [
    `  SkyRL with FSDP and vLLM: ${why}`,
    ...lacks.map(({ option, why, set }) =>
      `    It lacks what this asks for: ${option} ${why}; ${
        set === null ? "leave it out of the experiment" : `--set ${shellWord(set)} makes it run there`
      }`
    ),
    `    git clone ${skyrlSource.repository} && cd SkyRL && git checkout ${skyrlSource.commit.slice(0, 8)}`,
    "    uv venv --python 3.12 && uv sync --extra tinker --extra fsdp",
    `    ${shell(skyrlCommand(settings, size, { ...place, checkpoints: "/shared/checkpoints" }))}`,
    `    ${runText(file, "skyrl")}${
      lacks.flatMap(({ set }) => set === null ? [] : [` --set ${shellWord(set)}`]).join("")
    }`,
  ];
}

function runText(file: string, server: string): string {
  return `${
    shell(["deno", "task", "run", file])
  } --runner tgi --url http://127.0.0.1:${place.port} --server ${server}`;
}

function shell(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}
