/** A maze in text: `@` goes by legs of up to three moves, such as `"rrd"`, and is to get to `G` in four of them. */
import { contentHash, defineDomain, Random, seededTasks } from "exitlab/domain";
import type { Domain, DomainBehaviour, TaskInstance } from "exitlab/domain";
import * as v from "valibot";

type State = { readonly at: number; readonly legs: number };

/** The cell of a map of four by four that a move leads to: the same where a wall or the edge is in its way. */
function go(map: string, at: number, move: string): number {
  const to = { u: at - 4, d: at + 4, l: at % 4 > 0 ? at - 1 : -1, r: at % 4 < 3 ? at + 1 : -1 }[move] ?? -1;
  return (map[to] ?? "#") === "#" ? at : to;
}

/** The shortest way from a cell to the goal, as moves; nothing where there is none. */
function wayFrom(map: string, at: number): string {
  const ways = new Map([[at, ""]]);
  for (const [cell, way] of ways) {
    for (const move of "udlr") ways.set(go(map, cell, move), ways.get(go(map, cell, move)) ?? way + move);
  }
  return ways.get(map.indexOf("G")) ?? "";
}

/** A maze of three to nine moves. The walls decide the side, so that no held-out maze is known in part. */
function drawTask(random: Random, split: string): TaskInstance<string> {
  for (;;) {
    const cells = Array.from({ length: 16 }, () => random.chance(0.3) ? "#" : ".").join("");
    const goal = 1 + random.int(15);
    const task = `@${cells.slice(1, goal)}G${cells.slice(goal + 1)}`;
    const side = contentHash(task.replace("G", ".")).charCodeAt(0) % 4 === 0 ? "test" : "train";
    if (side === split && /^.{3,9}$/.test(wayFrom(task, 0))) return { id: task, task };
  }
}

function ask(mode: "base" | "improve" | "diverge", map: string, at: number, earlier = "") {
  const seen = Array.from(map.replace("@", "."), (cell, index) => index === at ? "@" : cell).join("");
  const content = { base: "B", improve: "I", diverge: "D" }[mode] + seen + earlier;
  return [{ role: "user", content } as const];
}

/** A task is a map, all of it in sight; the state is where one stands, and how many legs were gone. */
export const maze: () => Domain<string, State> = defineDomain({
  name: "maze",
  version: "1",
  schema: v.strictObject({}),
  build: (): DomainBehaviour<string, State> => ({
    traits: { turns: "multi", quality: "graded", feedback: false },
    selfIterationReward: "absolute",
    longest: { prompt: 21, response: 3 },
    mostTurns: { train: 4, test: 4 },
    tasks: (split) =>
      seededTasks(split === "train" ? 256 : 64, (index) => {
        const random = new Random(0, "maze", split, index);
        return () => drawTask(random, split);
      }, "mazes"),
    begin: () => ({ at: 0, legs: 0 }),
    prompt: (map, { at }) => ask("base", map, at),
    iterate: (map, { at }, { response }, mode) => ask(mode, map, at, `:${response.slice(0, 3)}`),
    step: (map, state, response) => {
      const moves = /^[udlr]{1,3}$/.test(response) ? [...response] : [];
      const at = moves.reduce((cell, move) => go(map, cell, move), state.at);
      const [solved, legs] = [map[at] === "G", state.legs + 1];
      const quality = solved ? 1 : Math.max(0, 0.8 * (1 - wayFrom(map, at).length / wayFrom(map, 0).length));
      const verdict = { quality, solved, reward: quality };
      return { state: { at, legs }, verdict, done: solved || legs === 4 };
    },
    reference: (map) => wayFrom(map, 0).match(/.{1,3}/g) ?? [],
    demonstrate: (mode, random) => {
      const { task } = drawTask(random, "train");
      const before = wayFrom(task, 0).slice(0, 3 * random.int(2));
      const at = [...before].reduce((cell, move) => go(task, cell, move), 0);
      const way = wayFrom(task, at).slice(0, 3);
      const leg = (care: number) =>
        way.replaceAll(/./g, (move) => random.chance(care) ? move : random.pick([..."udlr"]));
      const earlier = mode === "base" ? "" : `:${leg(0.4)}`;
      return { messages: ask(mode, task, at, earlier), response: leg(mode === "improve" ? 0.7 : 0.5) };
    },
  }),
});

export default maze();
