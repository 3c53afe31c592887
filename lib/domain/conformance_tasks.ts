import { canonicalJson, type Json } from "../json.ts";
import type { Domain, Split, TaskInstance } from "./domain.ts";
import { deepFreeze, type Findings } from "./finding.ts";

/** As much of a source without end as `"all"` means. */
const endlessTasks = 1024;

/** The tasks of a split that are to be played. */
export interface Listed {
  /** The tasks, frozen. */
  readonly tasks: readonly TaskInstance<Json>[];
  /** How many the split has; `null` where there is no end. */
  readonly size: number | null;
  /** How long it took to list them. */
  readonly seconds: number;
}

/** A split whose tasks could not be listed. */
export const nothingListed: Listed = { tasks: [], size: 0, seconds: 0 };

/** The first tasks of a split, checked for being stable, distinct and JSON; frozen. */
export function listTasks(domain: Domain, split: Split, asked: number | "all", findings: Findings): Listed {
  const began = performance.now();
  const source = domain.tasks(split);
  const most = asked === "all" ? source.size ?? endlessTasks : asked;
  const count = Math.min(most, source.size ?? most);
  findings.expect(count > 0, "tasks", `The ${split} split has no tasks`);
  const contents = new Map<string, string>();
  const tasks = Array.from({ length: count }, (_, index) => {
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
  return { tasks, size: source.size, seconds: (performance.now() - began) / 1000 };
}

function checkJson(value: Json, where: string, findings: Findings): void {
  const same = canonicalJson(value) === canonicalJson(JSON.parse(JSON.stringify(value)));
  findings.expect(same, "json", `${where} is not plain JSON`);
}

/** Refuses tasks that are in both splits. */
export function checkSplits(
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
