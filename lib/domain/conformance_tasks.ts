import type { Json } from "../json.ts";
import { checkPlain, digest } from "./conformance_json.ts";
import type { Play } from "./conformance_play.ts";
import { shaped } from "./conformance_shape.ts";
import type { Domain, Split, TaskInstance } from "./domain.ts";
import { deepFreeze, type Findings } from "./finding.ts";

/** As much of a source without end as `"all"` means. */
const endlessTasks = 1024;

/** So many tasks are asked for in another order, and of the domain made anew. */
const askedAgain = 256;

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

const stableFix = "Let tasks(split).at(index) follow from the options, the split and the index alone: " +
  'new Random(seed, "tasks", split, index) for each, and no stream that goes on from call to call';

/** The first tasks of a split, checked for being stable, distinct and JSON; frozen. */
export function listTasks(
  domain: Domain,
  split: Split,
  asked: number | "all",
  { now, watch, findings }: Pick<Play, "now" | "watch" | "findings">,
): Listed {
  const began = now();
  const source = domain.tasks(split);
  const most = asked === "all" ? source.size ?? endlessTasks : asked;
  const count = Math.min(most, source.size ?? most);
  findings.expect(
    count > 0,
    "tasks",
    `The ${split} split has no tasks`,
    `Let tasks("${split}") have a size of at least 1, or null where it never ends`,
  );
  const known = new Map<string, { readonly index: number; readonly content: string }>();
  const tasks = Array.from({ length: count }, (_, index) => {
    if (index % 1000 === 0) watch(`Listing ${split} tasks from ${index} on`);
    const instance = source.at(index);
    const { id, task } = instance;
    const where = `${split} task ${index} ("${id}")`;
    checkPlain(task, "task", where, findings);
    const content = digest(task);
    const again = domain.tasks(split).at(index);
    const stable = again.id === id && digest(again.task) === content;
    findings.expect(stable, "tasks", `${where} is another at a second call`, stableFix);
    const earlier = known.get(id);
    findings.expect(
      earlier === undefined || (source.size === null && earlier.content === content),
      "tasks",
      `${where} has the id of ${split} task ${earlier?.index}`,
      earlier?.content === content
        ? "Leave the repetition out, so that no task counts twice"
        : "Make the id of the content, such as its text or contentHash(task), so that no two tasks share one",
    );
    known.set(id, { index, content });
    return deepFreeze(instance);
  });
  checkOrder(domain, split, tasks, findings);
  return { tasks, size: source.size, seconds: (now() - began) / 1000 };
}

/** Asks for tasks from the last to the first. */
function checkOrder(
  domain: Domain,
  split: Split,
  tasks: readonly TaskInstance<Json>[],
  findings: Findings,
): void {
  const source = domain.tasks(split);
  for (const [index, instance] of firstOnes(tasks).toReversed()) {
    findings.expect(
      digest(contentOf(source.at(index))) === digest(contentOf(instance)),
      "tasks",
      `${split} task ${index} ("${instance.id}") is another when tasks are asked for in another order`,
      stableFix,
    );
  }
}

/** Makes the domain anew from its options, as each run does, and compares its tasks. */
export function checkRebuilt(
  domain: Domain,
  split: Split,
  tasks: readonly TaskInstance<Json>[],
  findings: Findings,
): void {
  const rebuilt = domain.rebuild(domain.given);
  if (rebuilt === domain) return;
  const source = shaped(rebuilt).tasks(split);
  const other = firstOnes(tasks).find(([index, instance]) =>
    (source.size !== null && index >= source.size) ||
    digest(contentOf(source.at(index))) !== digest(contentOf(instance))
  );
  findings.expect(
    other === undefined,
    "rebuild",
    `${split} task ${other?.[0]} ("${other?.[1].id}") is another in the domain made anew from its options`,
    "Make the domain by defineDomain() and let its tasks follow from the options alone; " +
      "a copy such as { ...domain, tasks } is lost when an option is set",
  );
}

function firstOnes(tasks: readonly TaskInstance<Json>[]): [number, TaskInstance<Json>][] {
  return [...tasks.slice(0, askedAgain).entries()];
}

function contentOf({ id, task }: TaskInstance<Json>): Json {
  return { id, task };
}
