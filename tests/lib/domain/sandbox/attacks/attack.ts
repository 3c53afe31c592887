import type { SandboxLimits, SandboxReport } from "../../../../../lib/domain/mod.ts";

/** What there is to steal and to break. */
export interface Scene {
  /** Words that no report may hold. */
  readonly tokens: readonly string[];
  /** A file that holds a token; beside it the same as `.json`, `.ts` and `.db`. */
  readonly secret: string;
  /** A table with the labels of hidden rows, beside the folder of the kit. */
  readonly answers: string;
  /** A path outside that nothing may write. */
  readonly canary: string;
  /** The port on loopback at which somebody listens to TCP, and that for UDP. */
  readonly ports: { readonly tcp: number; readonly udp: number };
  /** The process that started it all. */
  readonly pid: number;
}

/** One attempt. */
export interface Attack {
  /** What it tries. */
  readonly name: string;
  /** The program. */
  code(scene: Scene): string;
  /** How it may end. */
  readonly outcomes: readonly SandboxReport["outcome"][];
  /** What it may use, where that differs from `attackLimits`. */
  readonly limits?: Partial<SandboxLimits>;
  /** A program that runs before, in the same pool. */
  prepare?(scene: Scene): string;
  /** What it gets where nothing holds it: the secret, a connection, or a canary. Left out where that cannot be tried. */
  readonly control?: "token" | "connection" | "canary";
}

/** What attacks may use, so that bombs are small. */
export const attackLimits: Partial<SandboxLimits> = {
  seconds: 3,
  cpuSeconds: 3,
  memory: 96,
  output: 200_000,
  processes: 8,
};

/** For what ends by another limit than time, also on a slow machine. */
export const patient: Partial<SandboxLimits> = { seconds: 30, cpuSeconds: 30 };
