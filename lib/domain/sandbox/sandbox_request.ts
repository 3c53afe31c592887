import type { Json } from "../../json.ts";
import type { SandboxLimits } from "./limits.ts";

/** The languages of programs. */
export type SandboxLanguage = "typescript" | "python";

/** A module that TypeScript programs may import. */
export interface SandboxKit {
  /** What a program imports it as. */
  readonly name: string;
  /** The absolute path of its folder, all of which can be read, and which holds no links. */
  readonly folder: string;
  /** Its main file within the folder. */
  readonly main: string;
}

/** A program to run. */
export interface SandboxRequest {
  /** What it is written in. */
  readonly language: SandboxLanguage;
  /**
   * The program. In TypeScript a module whose default export is a function; it is called with the texts of all files by
   * name. In Python a script that finds the files at `input/NAME.csv` and writes `working/submission.csv`.
   */
  readonly code: string;
  /** Texts of files by name, without an ending: letters, digits, `-` and `_`. */
  readonly files?: Readonly<Record<string, string>>;
  /** The absolute path of a folder to read, which holds no links: `input` in Python, its CSV files in TypeScript. */
  readonly input?: string;
  /** What a TypeScript program may import. */
  readonly kit?: SandboxKit;
  /** What it may use, where that differs from the defaults. */
  readonly limits?: Partial<SandboxLimits>;
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

/** What came of a program. */
export interface SandboxReport {
  /**
   * - `"done"`: it ended with a value.
   * - `"failed"`: it threw, or has no value to give.
   * - `"time"`, `"memory"`, `"output"`, `"processes"`: it went over this limit, and was ended.
   * - `"died"`: it ended without a report, or by a signal.
   */
  readonly outcome: "done" | "failed" | "time" | "memory" | "output" | "processes" | "died";
  /** What the TypeScript function returned, or the text of the Python program's submission; else `null`. */
  readonly value: Json;
  /** What went wrong, in a sentence or what was thrown, without paths of this machine; empty when done. */
  readonly message: string;
  /** The last of what it printed, at most 4,000 characters. */
  readonly output: string;
  /** What held it, for the record. */
  readonly layers: readonly string[];
}
