import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Denial, denialOf } from "../../lib/domain/denial.ts";
import { errorMessage, UserError } from "../../lib/errors.ts";
import { type Experiment, isExperiment } from "../../lib/experiment/experiment.ts";

/**
 * The experiment that a TypeScript file exports by default.
 *
 * @throws {UserError} If the file cannot be run, or exports no experiment.
 */
export async function importExperiment(path: string): Promise<Experiment> {
  const module = await importModule(path);
  const { default: exported } = module;
  if (isExperiment(exported)) return exported;
  if (exported !== undefined) {
    throw new UserError(
      `Expected the default export of ${path} to be made by compare(), defineExperiment() or extend() ` +
        `but found ${describe(exported)}`,
    );
  }
  const named = Object.keys(module).find((name) => isExperiment(module[name]));
  throw new UserError(
    `Expected ${path} to have a default export made by compare(), defineExperiment() or extend()` +
      (named === undefined ? " but found none" : ` but found "${named}" exported by name only`),
  );
}

/** What a default export is that should have been something else. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? "another object" : `a ${typeof value}`;
}

/**
 * All that a TypeScript file exports.
 *
 * @throws {UserError} If the file cannot be run.
 */
export function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  return importAddress(pathToFileURL(resolve(path)).href, path);
}

/**
 * All that the module at an address exports, such as that of an `npm:` package.
 *
 * @param path What to call it in messages.
 * @throws {UserError} If the module cannot be run.
 */
export async function importAddress(
  address: string,
  path: string = address,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(address);
  } catch (error) {
    const denial = denialOf(error);
    if (denial !== undefined) throw new UserError(`Cannot load ${path}: ${explainDenial(denial)}`);
    // What the experiment's own checks say names the setting; anything else names the line.
    const message = error instanceof UserError ? error.message : oneLine(error);
    throw new UserError(`Cannot load ${path}: ${message}`);
  }
}

/** What an experiment asked for and does not get. */
function explainDenial({ kind, what }: Denial): string {
  return kind === "read"
    ? `it reads or imports ${what ?? "anything"}, which lies neither in its own folder nor in exitlab's`
    : `it needs ${kind} access to ${what ?? "anything"}, which experiments do not get`;
}

/** What went wrong in a module and where, on one line. */
function oneLine(error: unknown): string {
  const [message = "", ...details] = errorMessage(error).split("\n").map((line) => line.trim());
  const stack = error instanceof Error ? error.stack ?? "" : "";
  const place = /file:\/\/\S+:\d+:\d+/.exec(`${details.join("\n")}\n${stack}`)?.[0];
  return place === undefined || message.includes(place) ? message : `${message} (${place})`;
}

/**
 * Refuses a path that is no readable file.
 *
 * @param what What the file is to hold.
 * @throws {UserError} If it is missing, a folder, or may not be read.
 */
export async function expectFile(path: string, what: string = "experiment"): Promise<void> {
  try {
    const { isFile } = await Deno.stat(path);
    if (isFile) return;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new UserError(`Cannot find the ${what} "${path}" (looked in ${Deno.cwd()}, where tasks run)`);
    }
    if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied) {
      throw new UserError(
        `No permission to read the ${what} "${path}"; keep it in exitlab's folder, or in the plan's own`,
      );
    }
    throw error;
  }
  throw new UserError(`Expected "${path}" to be a file but found a folder`);
}
