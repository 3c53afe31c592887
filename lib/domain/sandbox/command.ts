import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Surroundings, wrapped, wrappedAsNobody } from "./bubblewrap.ts";
import cellInPython from "./cell.py" with { type: "text" };
import cellInTypeScript from "./cell.ts" with { type: "text" };
import type { SandboxLimits } from "./limits.ts";
import type { SandboxKit, SandboxRequest } from "./sandbox_request.ts";

/** Where a kit is imported from. */
export function kitAddress({ folder, main }: SandboxKit): string {
  return pathToFileURL(join(folder, main)).href;
}

/** A command that runs one program, and what is around it. */
export interface SandboxCommand {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** MiB that the runtime itself may take beside what the program holds. */
  readonly memory: number;
  /** Processes of the runtime and of what holds it. */
  readonly processes: number;
  /** What holds the program. */
  readonly layers: readonly string[];
}

const watched = "memory and process watch";

/**
 * The command for TypeScript: a Deno that may read its kit and its input folder, and nothing else; with bubblewrap it sees
 * nothing else. The cell is the main module by its text, as its literal imports alone are free of permissions.
 */
export function denoCommand(
  { kit, input }: SandboxRequest,
  limits: SandboxLimits,
  { bubblewrap, watch }: Surroundings,
): SandboxCommand {
  const readable = [kit?.folder, input].filter((folder) => folder !== undefined);
  const imports = kit === undefined ? {} : { [kit.name]: kitAddress(kit) };
  const options = [
    ..."run --quiet --no-prompt --no-check --no-config --no-lock --no-npm --no-remote --cached-only --seed=1"
      .split(" "),
    `--import-map=${dataAddress("application/json", JSON.stringify({ imports }))}`,
    ...(readable.length > 0 ? [`--allow-read=${readable.join(",")}`] : []),
    `--v8-flags=--max-old-space-size=${Math.ceil(limits.memory)}`,
    dataAddress("application/typescript", cellInTypeScript),
  ];
  const layers = ["deno permissions", ...(watch ? [watched] : [])];
  if (!bubblewrap) return { command: [Deno.execPath(), ...options], memory: 128, processes: 1, layers };
  const walls = [
    ...["--ro-bind", Deno.execPath(), "/cell/deno"],
    // What is to be read may be in /tmp, and must be seen within the empty one.
    ...tmpfs("/tmp", 64),
    ...readable.flatMap((folder) => ["--ro-bind", folder, folder]),
    ..."--setenv DENO_DIR /tmp/deno --setenv NO_COLOR 1 --chdir /tmp".split(" "),
  ];
  return {
    command: wrapped(walls, ["/cell/deno", ...options]),
    memory: 144,
    processes: 3,
    layers: [...layers, "bubblewrap"],
  };
}

/**
 * The command for Python: within bubblewrap, as a user of its own, with limits of the kernel on each process.
 */
export function pythonCommand(
  { input }: SandboxRequest,
  limits: SandboxLimits,
  { root, watch, python }: Surroundings,
): SandboxCommand {
  const scratchSize = Math.ceil(limits.memory / 4);
  const walls = [
    ...tmpfs("/cell/box", scratchSize),
    ...(input === undefined ? [] : ["--ro-bind", input, "/cell/box/input"]),
    ...tmpfs("/tmp", scratchSize),
    ..."--setenv PYTHONHASHSEED 0 --setenv OMP_NUM_THREADS 1 --setenv OPENBLAS_NUM_THREADS 1".split(" "),
    ..."--setenv HOME /tmp --chdir /tmp".split(" "),
  ];
  const processes = limits.processes + 4;
  const bounds = [
    "prlimit",
    `--nproc=${processes}`,
    `--fsize=${scratchSize * 2 ** 20}`,
    `--nofile=256`,
    "--core=0",
  ];
  return {
    command: wrappedAsNobody(root, walls, [...bounds, python, "-I", "-B", "-c", cellInPython]),
    memory: 48,
    processes: 5,
    layers: [
      "bubblewrap",
      ...(root ? ["unprivileged user"] : []),
      "kernel limits",
      ...(watch ? [watched] : []),
    ],
  };
}

/** An empty folder in memory, of so many MiB at most. */
function tmpfs(folder: string, size: number): string[] {
  return ["--size", String(size * 2 ** 20), "--tmpfs", folder];
}

function dataAddress(type: string, text: string): string {
  return `data:${type};charset=utf-8,${encodeURIComponent(text)}`;
}
