/**
 * The domains that a command line can name: built-in ones, and those of a file of the user's.
 *
 * @module
 */
import type { ProblemSource } from "../../domains/math/problems/problem.ts";
import { closest } from "../../lib/closest.ts";
import type { Domain } from "../../lib/domain/domain.ts";
import { UserError } from "../../lib/errors.ts";
import { draftArm } from "../../lib/experiment/arm_draft.ts";
import { type Experiment, isExperiment } from "../../lib/experiment/experiment.ts";
import { playsRole } from "../../lib/experiment/roles.ts";
import { contentHash } from "../../lib/json.ts";
import { givenOptions } from "../../lib/part.ts";
import { describe, expectFile, importModule } from "./import_experiment.ts";

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

/**
 * The domains that a word names: a built-in one, or those of a file whose default export is a domain or an experiment.
 *
 * @throws {UserError} If there is no such domain, or the file cannot be run or exports none.
 */
export async function loadDomains(word: string): Promise<readonly NamedDomain[]> {
  const load = builtIn.get(word);
  if (load !== undefined) return [{ name: word, domain: await load() }];
  if (!/[/\\]|\.[cm]?[jt]s$/.test(word)) {
    const names = [...builtIn.keys()];
    const guess = closest(word, names);
    throw new UserError(
      `Expected DOMAIN to be ${names.join(", ")} or a file such as my_domain.ts but found "${word}"` +
        (guess === undefined ? "" : ` (did you mean "${guess}"?)`),
    );
  }
  await expectFile(word, "file");
  const { default: exported } = await importModule(word);
  if (isExperiment(exported)) return domainsOf(exported);
  if (playsRole("domain", exported)) return [{ name: exported.kind, domain: exported }];
  throw new UserError(
    `Expected the default export of ${word} to be a domain such as sudoku(), or an experiment, but found ${
      exported === undefined ? "none" : describe(exported)
    }`,
  );
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
