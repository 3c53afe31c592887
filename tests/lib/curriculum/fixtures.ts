import type { CurriculumContext, GroupOutcome, RolloutOutcome } from "../../../lib/curriculum/curriculum.ts";
import { rootStart, type Start, startId } from "../../../lib/curriculum/start.ts";
import { Random } from "../../../lib/random.ts";

/** Root tasks by index. */
export function rootAt(index: number): Start {
  return rootStart(index, `task ${index}`, null);
}

/** What a curriculum under test is made with. */
export function context(
  { size = 20, seed = 1, iterates = true }: { size?: number | null; seed?: number; iterates?: boolean } = {},
): CurriculumContext {
  return { roots: { size, at: rootAt }, random: new Random(seed, "curriculum"), iterates };
}

/** The start that a response to another leads to. */
export function successor(start: Start, response: string, reward: number, iteration: number): Start {
  const attempt = { response, verdict: { quality: reward, solved: reward === 1, reward }, feedback: null };
  const id = startId(start.root, start.turn, start.state, attempt);
  return { ...start, id, parent: start.id, depth: start.depth + 1, attempt, chain: 0, born: iteration };
}

/** A group with these rewards; response i to a start is its own response and `i`. */
export function group(start: Start, rewards: readonly number[], iteration = 1): GroupOutcome {
  const rollouts = rewards.map((reward, index): RolloutOutcome => ({
    verdict: { quality: reward, solved: reward === 1, reward },
    successors: [successor(start, `${start.attempt?.response ?? ""}${index}`, reward, iteration)],
  }));
  return { start, iteration, rollouts };
}
