import { UserError } from "../../errors.ts";
import { findSurroundings, type Surroundings } from "./bubblewrap.ts";
import { denoCommand, kitAddress, pythonCommand, type SandboxCommand } from "./command.ts";
import { checkFiles, checkFolder } from "./check_files.ts";
import { limitsOf, type SandboxLimits } from "./limits.ts";
import { readReport } from "./read_report.ts";
import type { SandboxLanguage, SandboxReport, SandboxRequest } from "./sandbox_request.ts";
import { runSupervised, shell } from "./supervised.ts";

/** How programs are run. */
export interface SandboxOptions {
  /** How many at a time. Default 1. */
  readonly size?: number;
  /** Whether bubblewrap is used where it works; Python is not run without it. Default `true`. */
  readonly bubblewrap?: boolean;
  /** The Python of programs, under `/usr`. Default `"/usr/bin/python3"`. */
  readonly python?: string;
}

/** The programs that a domain with a sandbox starts, for its `permissions.run`: one, which starts the others. */
export const sandboxPrograms: readonly string[] = [shell];

/**
 * Runs programs that nobody has read: each in a process of its own, with a few at a time and the others waiting.
 *
 * A program sees the files it is given, the kit, and nothing else: no network, no environment, no other files, no
 * processes. What it must not know is not to be given to it: whoever judges its value does so outside. A program cannot
 * be told apart from its report, so a report may say all that a value may say.
 *
 * @example
 * ```ts
 * import { SandboxPool } from "exitlab/domain";
 * import assert from "node:assert/strict";
 *
 * const pool = new SandboxPool();
 * const code = "export default ({ words }: { words: string }) => words.split(' ').length;";
 * const { outcome, value } = await pool.run({ language: "typescript", code, files: { words: "one two three" } });
 * assert.deepEqual([outcome, value], ["done", 3]);
 *
 * const broken = await pool.run({ language: "typescript", code: "export default () => Deno.readTextFileSync('/etc/passwd')" });
 * assert.equal(broken.outcome, "failed");
 * assert.match(broken.message, /Requires read access/);
 * ```
 */
export class SandboxPool {
  readonly #options: Required<SandboxOptions>;
  #surroundings: Promise<Surroundings> | undefined;
  #free: number;
  /** Folders of input that programs can read. */
  readonly #shown = new Set<string>();
  readonly #waiting: (() => void)[] = [];

  /** @throws {UserError} If the size is no whole number from 1. */
  constructor({ size = 1, bubblewrap = true, python = "/usr/bin/python3" }: SandboxOptions = {}) {
    if (!Number.isInteger(size) || size < 1) {
      throw new UserError(
        `Expected a whole number of programs at a time but found ${size} (size of the sandbox)`,
      );
    }
    this.#options = { size, bubblewrap, python };
    this.#free = size;
  }

  /**
   * Runs a program to its end.
   *
   * @returns Whatever the program does; it never throws because of the program.
   * @throws {UserError} If the request is wrong, or this machine has nothing to hold such a program with.
   */
  async run(request: SandboxRequest): Promise<SandboxReport> {
    const limits = limitsOf(request.limits);
    checkFiles(request.files ?? {});
    if (request.kit !== undefined) checkFolder(request.kit.folder, "kit");
    if (request.input !== undefined) checkFolder(request.input, "input");
    const command = await this.#command(request, limits);
    await this.#enter();
    try {
      if (request.language === "python" && request.input !== undefined) {
        await this.#show(request.input);
      }
      return await runProgram(request, limits, command);
    } finally {
      this.#leave();
    }
  }

  /**
   * What would hold a program in this language.
   *
   * @throws {UserError} If this machine has nothing to hold it with.
   */
  async layers(language: SandboxLanguage): Promise<readonly string[]> {
    const { layers } = await this.#command({ language, code: "" }, limitsOf());
    return layers;
  }

  async #command(request: SandboxRequest, limits: SandboxLimits): Promise<SandboxCommand> {
    const { bubblewrap, python } = this.#options;
    if (Deno.build.os === "windows") {
      throw new UserError(
        "Programs are run under a POSIX shell, which Windows lacks; use Linux, or WSL on this machine",
      );
    }
    const found = await (this.#surroundings ??= findSurroundings(python));
    const here = { ...found, bubblewrap: found.bubblewrap && bubblewrap };
    if (request.language === "typescript") return denoCommand(request, limits, here);
    if (!here.bubblewrap) {
      throw new UserError(
        bubblewrap
          ? "Programs in Python are run only within bubblewrap, which does not work here; install it (apt-get install bubblewrap), or write them in TypeScript"
          : "Programs in Python are run only within bubblewrap, which was switched off",
      );
    }
    if (here.python === "") {
      throw new UserError(
        `Expected Python at ${python} but found none; install it, or name another under /usr`,
      );
    }
    return pythonCommand(request, limits, here);
  }

  /** Refuses a folder that the user of programs cannot read, which no program is to be blamed for. */
  async #show(input: string): Promise<void> {
    if (this.#shown.has(input)) return;
    const code = "import os\nopen('working/submission.csv', 'w').write(str(os.listdir('input')))";
    const request: SandboxRequest = { language: "python", code, input };
    const limits = limitsOf();
    const { outcome, output } = await runProgram(request, limits, await this.#command(request, limits));
    if (outcome !== "done") {
      throw new UserError(
        `Cannot show the folder ${input} to programs, which run as another user: let everybody read it and enter ` +
          `those above it (${output.trim().split("\n").at(-1) ?? ""})`,
      );
    }
    this.#shown.add(input);
  }

  async #enter(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}

async function runProgram(
  { language, code, files = {}, kit, input, signal }: SandboxRequest,
  limits: SandboxLimits,
  { command, memory, processes, layers }: SandboxCommand,
): Promise<SandboxReport> {
  const mark = crypto.randomUUID();
  const shown = [
    [Deno.execPath(), "deno"],
    ...(kit === undefined ? [] : [[kitAddress(kit), kit.name], [kit.folder, kit.name]]),
    ...(input === undefined ? [] : [[input, "input"]]),
  ];
  const supervised = await runSupervised(command, {
    limits: { ...limits, memory: limits.memory + memory, processes: limits.processes + processes },
    input: JSON.stringify({ mark, code, files, input: input ?? null, shown, output: limits.output }),
    scratch: language === "typescript" && !layers.includes("bubblewrap"),
    ...(signal === undefined ? {} : { signal }),
  });
  return readReport(supervised, mark, limits, layers);
}
