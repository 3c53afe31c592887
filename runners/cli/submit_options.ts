import type { CommandOption } from "./command.ts";

/** The options of `run --runner hf` that say how jobs are submitted and followed. */
export const submitOptions: Readonly<
  Record<"detach" | "cancel" | "include" | "model" | "bucket" | "at-once" | "weights", CommandOption>
> = {
  detach: {
    type: "boolean",
    help: "hf: submit the jobs and leave; deno task jobs follow takes them up again",
  },
  cancel: { type: "boolean", help: "hf: cancel the jobs on Ctrl-C; without it they go on" },
  include: {
    type: "string",
    multiple: true,
    value: "PATH",
    help: "hf: a file or folder that the experiment reads, to be taken along, hidden files aside",
  },
  model: {
    type: "string",
    value: "DIR",
    help: "hf: the folder of a model that is not on the Hub, to be taken along",
  },
  bucket: {
    type: "string",
    value: "NAME",
    help: "hf: the bucket that runs are kept in; default exitlab-runs",
  },
  "at-once": { type: "string", value: "N", help: "hf: how many jobs run at the same time; default all" },
  weights: { type: "boolean", help: "hf: bring the server's checkpoints home, however large" },
};
