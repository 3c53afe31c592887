/** The command line against the stand-in: a Hub that runs jobs for real, a folder of runs, and a marked token. */
import { join } from "node:path";
import { root } from "../command_line.ts";
import { containerExecutor, type ContainerOptions } from "./container.ts";
import { hardwareList } from "./hardware_list.ts";
import type { Fault, Hub, HubState } from "./hub_server.ts";
import type { JobExecutor } from "./jobs_routes.ts";
import { startStorageHub } from "./storage_routes.ts";

/** A token that is looked for in everything that is left. */
export const markedToken = "hf_MarkedTokenThatMustNotAppear0123";

/** What a command came to. */
export interface Outcome {
  readonly code: number;
  /** Standard output and standard error. */
  readonly said: string;
}

/** A stand-in, and a folder beside it. */
export interface Session {
  readonly hub: Hub;
  readonly state: HubState;
  /** A temporary folder. */
  readonly folder: string;
  /** The folder of runs in it. */
  readonly runs: string;
  /** Runs `deno task NAME …` with `--hub`, the token and, where it takes one, the folder of runs. */
  task(name: string, ...words: string[]): Promise<Outcome>;
  /** Starts it, to be interrupted. */
  start(name: string, ...words: string[]): Deno.ChildProcess;
}

/** Told each line of a job's log, with the how-manieth job it is, from 1. */
export type LineWatch = (line: string, number: number, id: string, state: HubState) => void;

/** As a task starts a command; without the task, which would take signals for itself. */
const launcher = ["run", "--quiet", "--no-prompt", `--allow-run=${Deno.execPath()}`, "runners/cli/launch.ts"];

/** Uses a session. */
export async function withSession(
  { faults = [], watch = () => {}, container = {} }: {
    readonly faults?: readonly Fault[];
    readonly watch?: LineWatch;
    readonly container?: Omit<ContainerOptions, "state">;
  },
  use: (session: Session) => Promise<void>,
): Promise<void> {
  const holder: { state?: HubState } = {};
  const state = (): HubState => {
    if (holder.state === undefined) throw new Error("The stand-in is not there yet");
    return holder.state;
  };
  const inContainer = containerExecutor({ state, ...container });
  let count = 0;
  const executor: JobExecutor = async (job) => {
    const number = ++count;
    return await inContainer({
      ...job,
      log: (line) => {
        job.log(line);
        watch(line, number, job.id, state());
      },
    });
  };
  const hub = await startStorageHub({ token: markedToken, executor, faults });
  holder.state = hub.state;
  const folder = await Deno.makeTempDir({ prefix: "session-" });
  const runs = join(folder, "runs");
  await Deno.writeTextFile(join(folder, "hardware.json"), JSON.stringify(hardwareList));
  const command = (words: string[]): Deno.Command =>
    new Deno.Command(Deno.execPath(), {
      args: [...words, "--hub", hub.url, "--runs", runs],
      cwd: root,
      env: { HF_TOKEN: markedToken, NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  try {
    await use({
      hub,
      state: hub.state,
      folder,
      runs,
      task: async (name, ...words) => {
        const { code, stdout, stderr } = await command(["task", "--quiet", name, ...words]).output();
        return { code, said: `${new TextDecoder().decode(stdout)}\n${new TextDecoder().decode(stderr)}` };
      },
      start: (name, ...words) => command([...launcher, name, ...words]).spawn(),
    });
  } finally {
    await hub.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** The words that submit the small experiment to the stand-in. */
export function submitted({ folder }: Session, ...words: string[]): string[] {
  return [
    "tests/support/small_experiment.ts",
    ...["--runner", "hf", "--hardware", join(folder, "hardware.json")],
    ...words,
  ];
}

/** The files under a folder in which a text occurs as bytes. */
export async function filesWith(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) found.push(...await filesWith(path, text));
    else if (new TextDecoder("latin1").decode(await Deno.readFile(path)).includes(text)) found.push(path);
  }
  return found;
}
