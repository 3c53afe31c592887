import {
  contentHash,
  Random,
  seededTasks,
  type Split,
  type TaskSource,
  UserError,
} from "../../../lib/domain/mod.ts";
import { allCalls, applyCall } from "./calls.ts";
import { distance } from "./distance.ts";
import { absent, missing, present, type Shape } from "./tree.ts";

/** A tree to bring into another form. */
export type FileTask = {
  /** The tree at the beginning. */
  readonly start: string;
  /** The tree that is wanted. */
  readonly goal: string;
  /** How many calls it takes at least. */
  readonly calls: number;
};

/** What decides the tasks. */
export interface FileRules {
  /** Folders and files. */
  readonly shape: Shape;
  /** The fewest and the most calls that a goal takes. */
  readonly calls: readonly [number, number];
  /** The seed of all tasks. */
  readonly seed: number;
}

/** Trees drawn for one with such a goal. */
const mostTries = 2000;

/** The tasks of a split by index. The first ones are the same whatever the size. A finite list has no task twice. */
export function fileTasks(rules: FileRules, split: Split, size: number | null): TaskSource<FileTask> {
  const { folders, files } = rules.shape;
  return seededTasks(
    size,
    (index) => {
      const random = new Random(rules.seed, "tiny files", split, index);
      return () => {
        const task = drawFileTask(rules, split, random);
        return { id: `files:${task.start}>${task.goal}`, task };
      };
    },
    `tinyFiles() with ${folders} folders and ${files} files; raise "files" or ask for fewer tasks`,
  );
}

/**
 * A task of a split, with a number of calls drawn evenly. A goal belongs to one split: no state of a training episode is one of a held-out
 * task.
 */
export function drawFileTask(
  { shape, calls: [fewest, most] }: FileRules,
  split: Split,
  random: Random,
): FileTask {
  const calls = fewest + random.int(most - fewest + 1);
  for (let tries = 0; tries < mostTries; tries++) {
    const start = drawTree(shape, random);
    const goal = wander(shape, start, calls, random);
    if (goal !== undefined && splitOf(goal) === split) return { start, goal, calls };
  }
  throw new UserError(
    `Cannot find a goal of ${calls} calls for tinyFiles() with ${shape.folders} folders and ${shape.files} files: ` +
      `raise "files" or lower "calls"`,
  );
}

/** The split of a goal: one bit of its hash decides, and no seed takes part. */
export function splitOf(goal: string): Split {
  return contentHash(goal) < "8" ? "train" : "test";
}

/** Each file in one or two folders; the last folder is missing half of the time. */
function drawTree(shape: Shape, random: Random): string {
  const folders = shape.folders - Number(random.chance(0.5));
  const cells: string[] = Array.from(
    { length: shape.folders * shape.files },
    (_, cell) => cell < folders * shape.files ? absent : missing,
  );
  for (let file = 0; file < shape.files; file++) {
    for (let copies = 1 + Number(random.chance(0.3)); copies > 0; copies--) {
      cells[random.int(folders) * shape.files + file] = present;
    }
  }
  return cells.join("");
}

/** Where random calls lead that each take one farther away; `undefined` if they get stuck. */
function wander(shape: Shape, start: string, calls: number, random: Random): string | undefined {
  let tree = start;
  for (let made = 0; made < calls; made++) {
    const farther = allCalls(shape).flatMap((call) => {
      const { tree: after, error } = applyCall(shape, tree, call);
      return error === null && distance(shape, start, after) === made + 1 ? [{ call, after }] : [];
    });
    if (farther.length === 0) return undefined;
    // Calls by name first, so that copies, of which there are most, do not crowd out the others.
    const name = random.pick([...new Set(farther.map(({ call }) => call.name))]);
    tree = random.pick(farther.filter(({ call }) => call.name === name)).after;
  }
  return tree;
}
