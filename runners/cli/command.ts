import { parseArgs } from "node:util";
import { errorMessage, UserError } from "../../lib/errors.ts";
import { closest } from "../../lib/closest.ts";

/** One option of a command: `--name VALUE`, or a flag. */
export interface CommandOption {
  /** `"string"` takes a value. */
  readonly type: "string" | "boolean";
  /** One letter for short, as in `-f`. */
  readonly short?: string;
  /** Whether it may be given several times. */
  readonly multiple?: boolean;
  /** The placeholder of its value in the help, such as `DIR`. */
  readonly value?: string;
  /** What it does, one line. */
  readonly help: string;
}

/** The words after a command's name. */
export interface CommandLine {
  /** Words that are not options. */
  readonly words: readonly string[];
  /** Whether a flag was given. */
  flag(name: string): boolean;
  /** The value of an option; `undefined` if it was not given. */
  value(name: string): string | undefined;
  /** All values of an option that may be given several times. */
  values(name: string): readonly string[];
}

/** A command of the command line; one file each. */
export interface Command {
  /** Its name, as in `deno task NAME`. */
  readonly name: string;
  /** What it does, one sentence. */
  readonly summary: string;
  /** The words it takes, such as `FILE`. */
  readonly usage: string;
  /** Its options, by name. */
  readonly options: Readonly<Record<string, CommandOption>>;
  /** Lines below the options in the help. */
  readonly examples: readonly string[];
  /** Runs it; resolves to the exit code. */
  run(line: CommandLine): Promise<number>;
}

/** Exit codes: 0 for success, 1 for a failure, 2 for a user's mistake, 130 after Ctrl-C. */
export const exitCodes = { success: 0, failure: 1, mistake: 2, interrupted: 130 } as const;

/** Writes a line to standard output. */
export function print(text: string = ""): void {
  write(Deno.stdout, `${text}\n`);
}

/** Writes a line to standard error. */
export function printError(text: string): void {
  write(Deno.stderr, `${text}\n`);
}

function write(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
}

/** Runs a command with its words; turns what it throws into a message and an exit code. */
export async function runCommand(command: Command, args: readonly string[]): Promise<number> {
  try {
    if (args.includes("--help") || args.includes("-h")) {
      print(helpText(command));
      return exitCodes.success;
    }
    return await command.run(parseCommandLine(command, args));
  } catch (error) {
    if (error instanceof UserError) {
      printError(`error: ${error.message}`);
      return exitCodes.mistake;
    }
    printError(`failure: ${error instanceof Error ? error.stack ?? error.message : errorMessage(error)}`);
    return exitCodes.failure;
  }
}

/**
 * Reads the words after a command's name.
 *
 * @throws {UserError} If an option is unknown or lacks its value.
 */
export function parseCommandLine(command: Command, args: readonly string[]): CommandLine {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { type, multiple, short }]) => {
      const option = { type, multiple: multiple ?? false };
      return [name, short === undefined ? option : { ...option, short }];
    }),
  );
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const number = args.findIndex((arg) => /^-\d/.test(arg));
    if (number > 0) {
      throw new UserError(
        `Expected ${args[number - 1]} to be followed by its value but found "${args[number]}"`,
      );
    }
    const unknown = args.find((arg) => /^--?\w/.test(arg) && !(arg.replace(/^-+|=.*$/g, "") in options));
    if (unknown === undefined) throw new UserError(errorMessage(error).replace(/\.$/, ""));
    const name = unknown.replace(/^-+|=.*$/g, "");
    const guess = closest(name, Object.keys(options));
    const hint = guess === undefined ? `see deno task ${command.name} --help` : `did you mean --${guess}?`;
    throw new UserError(`Unknown option "${unknown}" of deno task ${command.name} (${hint})`);
  }
  const { values, positionals } = parsed;
  return {
    words: positionals,
    flag: (name) => values[name] === true,
    value: (name) => {
      const value = values[name];
      return typeof value === "string" ? value : undefined;
    },
    values: (name) => {
      const value = values[name];
      return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
    },
  };
}

function helpText(command: Command): string {
  const rows = Object.entries(command.options).map(([name, option]) => {
    const names = option.short === undefined ? `--${name}` : `-${option.short}, --${name}`;
    const left = option.type === "boolean" ? names : `${names} ${option.value ?? "VALUE"}`;
    return [left, option.multiple === true ? `${option.help} (may be repeated)` : option.help] as const;
  });
  rows.push(["--help", "Show this help"]);
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    command.summary,
    "",
    `Usage: deno task ${command.name} ${command.usage}`,
    "",
    "Options:",
    ...rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`),
    ...(command.examples.length === 0
      ? []
      : ["", "Examples:", ...command.examples.map((line) => `  ${line}`)]),
  ].join("\n");
}
