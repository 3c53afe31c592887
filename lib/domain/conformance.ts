import { canonicalJson, type Json } from "../json.ts";
import { Random } from "../random.ts";
import { checkEpisodes } from "./conformance_episode.ts";
import type { Domain, Split, TaskInstance, UsualMode } from "./domain.ts";
import { deepFreeze, type Finding, Findings } from "./finding.ts";

/** How much is checked. */
export interface DomainCheck {
  /** Tasks of each split. Default 32. */
  readonly tasks?: number;
}

/**
 * Checks a domain against its contract, without any model: tasks are stable, distinct and plain JSON; no task is in
 * both splits; the rules are pure and survive any response; verdicts are in range; references score 1; prompts give
 * neither the answer nor the verdict away; demonstrations and prompts keep to `longest`.
 *
 * @returns What is wrong; empty for a domain that conforms.
 *
 * @example
 * ```ts
 * import { checkDomain } from "exitlab/lib/domain/conformance.ts";
 * import { sudoku } from "exitlab/domains/math/sudoku/sudoku.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(await checkDomain(sudoku(), { tasks: 4 }), []);
 * ```
 */
export async function checkDomain(domain: Domain, { tasks = 32 }: DomainCheck = {}): Promise<Finding[]> {
  const findings = new Findings();
  const train = await findings.attempt(
    "tasks",
    "train tasks",
    () => listTasks(domain, "train", tasks, findings),
  );
  const test = await findings.attempt(
    "tasks",
    "test tasks",
    () => listTasks(domain, "test", tasks, findings),
  );
  checkSplits(train ?? [], test ?? [], findings);
  await checkEpisodes(domain, [...train ?? [], ...test ?? []], findings);
  for (const mode of ["base", "improve", "diverge"] as const) {
    await findings.attempt(
      "demonstration",
      mode,
      () => checkDemonstrations(domain, mode, test ?? [], findings),
    );
  }
  return findings.all;
}

/** The first tasks of a split, checked for being stable, distinct and JSON; frozen. */
function listTasks(domain: Domain, split: Split, most: number, findings: Findings): TaskInstance<Json>[] {
  const source = domain.tasks(split);
  const count = Math.min(most, source.size ?? most);
  findings.expect(count > 0, "tasks", `The ${split} split has no tasks`);
  const contents = new Map<string, string>();
  return Array.from({ length: count }, (_, index) => {
    const instance = source.at(index);
    const { id, task } = instance;
    const where = `${split} task ${index} ("${id}")`;
    checkJson(task, where, findings);
    const content = canonicalJson(task);
    const again = domain.tasks(split).at(index);
    const stable = again.id === id && canonicalJson(again.task) === content;
    findings.expect(stable, "tasks", `${where} is another at a second call`);
    const known = contents.get(id);
    findings.expect(
      known === undefined || (source.size === null && known === content),
      "tasks",
      `${where} has the id of an earlier task`,
    );
    contents.set(id, content);
    return deepFreeze(instance);
  });
}

function checkJson(value: Json, where: string, findings: Findings): void {
  const same = canonicalJson(value) === canonicalJson(JSON.parse(JSON.stringify(value)));
  findings.expect(same, "json", `${where} is not plain JSON`);
}

function checkSplits(
  train: readonly TaskInstance<Json>[],
  test: readonly TaskInstance<Json>[],
  findings: Findings,
): void {
  const ids = new Set(train.map(({ id }) => id));
  const contents = new Set(train.map(({ task }) => canonicalJson(task)));
  for (const { id, task } of test) {
    const shared = ids.has(id) || contents.has(canonicalJson(task));
    findings.expect(!shared, "splits", `Task "${id}" is in both splits`);
  }
}

const demonstrationsPerMode = 32;

function checkDemonstrations(
  domain: Domain,
  mode: UsualMode,
  heldOut: readonly TaskInstance<Json>[],
  findings: Findings,
): void {
  if (domain.demonstrate === undefined) return;
  const [random, again] = [new Random(1, "conformance"), new Random(1, "conformance")];
  const heldOutPrompts = new Set(heldOut.map(({ task }) => canonicalJson(textOf(domain, task))));
  for (let count = 0; count < demonstrationsPerMode; count++) {
    const { messages, response } = domain.demonstrate(mode, random);
    const same = domain.demonstrate(mode, again);
    const texts = messages.map(({ content }) => content);
    findings.expect(
      same.response === response &&
        canonicalJson(same.messages.map(({ content }) => content)) === canonicalJson(texts),
      "demonstration",
      `A demonstration of mode "${mode}" does not follow from its random stream`,
    );
    findings.expect(
      !heldOutPrompts.has(canonicalJson(texts)),
      "demonstration",
      `A demonstration of mode "${mode}" is about a held-out task`,
    );
    const { longest } = domain;
    if (longest === undefined) continue;
    findings.expect(
      texts.join("").length <= longest.prompt && response.length <= longest.response,
      "longest",
      `A demonstration of mode "${mode}" is longer than "longest" says`,
    );
  }
}

function textOf(domain: Domain, task: Json): string[] {
  return domain.prompt(task, domain.begin(task)).map(({ content }) => content);
}
