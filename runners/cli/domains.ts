/**
 * The domains that a command line can name: built-in ones, and those of a file of the user's.
 *
 * @module
 */
import type { ProblemSource } from "../../domains/math/problems/problem.ts";
import { closest } from "../../lib/closest.ts";
import type { CurriculumPart } from "../../lib/curriculum/curriculum.ts";
import { defineDomain, isDomainDefinition } from "../../lib/domain/define_domain.ts";
import type { Domain } from "../../lib/domain/domain.ts";
import { UserError } from "../../lib/errors.ts";
import { draftArm } from "../../lib/experiment/arm_draft.ts";
import { type Experiment, isExperiment } from "../../lib/experiment/experiment.ts";
import { playsRole } from "../../lib/experiment/roles.ts";
import { contentHash } from "../../lib/json.ts";
import type { OperatorPart } from "../../lib/operator/operator.ts";
import { givenOptions } from "../../lib/part.ts";
import { describe, expectFile, importAddress, importModule } from "./import_experiment.ts";
import { isFilePath, pluginAddress } from "./plugin_address.ts";

/** A domain, and what to call it. */
export interface NamedDomain {
  /** Its name on the command line, or its kind; with its arms where an experiment has several domains. */
  readonly name: string;
  /** The domain. */
  readonly domain: Domain;
}

/** Each is loaded when it is asked for, with the data that it brings. */
const builtIn = new Map<string, () => Promise<Domain>>([
  ["math", async () => await mathWith((await import("../../domains/math/problems/gsm8k.ts")).gsm8k())],
  ["svamp", async () => await mathWith((await import("../../domains/math/problems/svamp.ts")).svamp())],
  ["sudoku", async () => (await import("../../domains/math/sudoku/sudoku.ts")).sudoku()],
  ["formula", async () => (await import("../../domains/mle/formula/formula.ts")).formula()],
  [
    "competitions",
    async () => (await import("../../domains/mle/competition_domain.ts")).competitions({ seconds: 10 }),
  ],
  ["knobs", async () => (await import("../../domains/mle/knobs.ts")).knobs()],
  [
    "bfcl",
    async () =>
      (await import("../../domains/tool_use/bfcl/bfcl.ts")).bfcl({ trainOn: "all", turns: { train: 60 } }),
  ],
  [
    "tiny-files",
    async () => (await import("../../domains/tool_use/tiny_files/tiny_files.ts")).tinyFiles(),
  ],
]);

async function mathWith(source: ProblemSource): Promise<Domain> {
  return (await import("../../domains/math/math.ts")).math({ source });
}

/** Whether a word is the name of a domain that comes with exitlab. */
export function isBuiltIn(word: string): boolean {
  return builtIn.has(word);
}

/**
 * The domains that a word names: a built-in one, or those of a plugin or file whose default export is a domain or an
 * experiment.
 *
 * @throws {UserError} If there is no such domain, or the module cannot be run or exports none.
 */
export async function loadDomains(word: string): Promise<readonly NamedDomain[]> {
  return (await loadParts(word)).map(({ name, part }) => {
    if (part.part === "domain") return { name, domain: part };
    throw new UserError(`Expected ${word} to be a domain but found the ${part.part} "${part.kind}"`);
  });
}

/** A part that can be checked without any model, and what to call it. */
export interface NamedPart {
  /** Its name on the command line, or its kind; with its arms where an experiment has several domains. */
  readonly name: string;
  /** The part. */
  readonly part: Domain | CurriculumPart | OperatorPart;
}

/**
 * The parts that a word names: what `loadDomains` gives, or the curriculum or operator that a plugin exports by default.
 *
 * @throws {UserError} If there is no such module, or it cannot be run or exports no such part.
 */
export async function loadParts(word: string): Promise<readonly NamedPart[]> {
  const load = builtIn.get(word);
  if (load !== undefined) return [{ name: word, part: await load() }];
  const module = await importPlugin(word);
  const { default: exported } = module;
  if (isExperiment(exported)) {
    return domainsOf(exported).map(({ name, domain }) => ({ name, part: domain }));
  }
  const part = checkable(exported);
  if (part !== undefined) return [{ name: part.kind, part }];
  throw new UserError(
    `Expected the default export of ${word} to be a domain such as sudoku(), a curriculum, an operator or an experiment ` +
      `but found ${whatIsThere(module)}`,
  );
}

function checkable(value: unknown): NamedPart["part"] | undefined {
  if (isDomainDefinition(value)) return defineDomain(value)();
  if (playsRole("domain", value)) return value;
  if (playsRole("curriculum", value)) return value;
  return playsRole("operator", value) ? value : undefined;
}

/** What a module exports by default, or what it exports by name that looks like what was meant. */
function whatIsThere(module: Readonly<Record<string, unknown>>): string {
  const { default: exported } = module;
  if (typeof exported === "function") return "a function (call it, as in export default sudoku();)";
  if (exported !== undefined) return describe(exported);
  const named = Object.keys(module).find((name) => checkable(module[name]) !== undefined);
  return named === undefined ? "none" : `none (write export default ${named};)`;
}

async function importPlugin(word: string): Promise<Readonly<Record<string, unknown>>> {
  const { href, path } = pluginAddress(word);
  if (path === null) return await importAddress(href);
  if (!isFilePath(word) && await Deno.stat(path).catch(() => undefined) === undefined) {
    const names = [...builtIn.keys()];
    const guess = closest(word, names);
    throw new UserError(
      `Expected DOMAIN to be ${
        names.join(", ")
      }, a plugin in ${path} or a file such as my_domain.ts but found ` +
        `"${word}"${guess === undefined ? "" : ` (did you mean "${guess}"?)`}`,
    );
  }
  await expectFile(path, "file");
  return await importModule(path);
}

/** The domains of an experiment's arms, each once. */
function domainsOf(experiment: Experiment): NamedDomain[] {
  const found = new Map<string, { readonly domain: Domain; readonly arms: string[] }>();
  for (const arm of Object.keys(experiment.arms)) {
    const { domain } = draftArm(experiment, arm).parts;
    const { kind, version, options } = domain;
    const identity = contentHash({ kind, version, options: givenOptions(options) });
    const known = found.get(identity);
    if (known === undefined) found.set(identity, { domain, arms: [arm] });
    else known.arms.push(arm);
  }
  return [...found.values()].map(({ domain, arms }) => ({
    domain,
    name: found.size === 1 ? domain.kind : `${domain.kind} (${armsText(arms)})`,
  }));
}

/** The most arms that are named. */
const mostNamed = 4;

function armsText(arms: readonly string[]): string {
  const rest = arms.length - mostNamed;
  const named = arms.slice(0, mostNamed).join(", ");
  return `${arms.length === 1 ? "arm" : "arms"} ${named}${rest > 0 ? ` and ${rest} more` : ""}`;
}
