import assert from "node:assert/strict";
import * as v from "valibot";
import {
  defineDomain,
  defineTool,
  openaiFormat,
  pythonFormat,
  tagsFormat,
  toolBehaviour,
  type ToolFormat,
} from "exitlab/domain";
import { checkDomain } from "exitlab/lib/domain/conformance.ts";

const move = defineTool({
  name: "move",
  description: "Moves the marker by steps; back if they are negative.",
  parameters: v.object({ steps: v.pipe(v.number(), v.integer()) }),
  call: (place: number, { steps }) => ({ world: place + steps, result: { place: place + steps } }),
});

/** A marker on a line, to be brought to two places, one after the other. */
function marker(format: ToolFormat) {
  return defineDomain({
    name: "marker",
    version: "1",
    schema: v.strictObject({}),
    build: () => ({
      traits: { turns: "multi", quality: "binary", feedback: false },
      selfIterationReward: "absolute",
      tasks: (split) => ({
        size: 20,
        at: (index) => {
          if (index < 0 || index >= 20) throw new RangeError(`Expected an index below 20 but found ${index}`);
          const task = [index + 3, split === "train" ? -7 : -8];
          return { id: task.join(), task };
        },
      }),
      reference: (goals: readonly number[]) =>
        goals.flatMap((goal, at) => [
          format.write([{ name: "move", arguments: { steps: goal - (goals[at - 1] ?? 0) }, positional: [] }]),
          format.write([]),
        ]),
      ...toolBehaviour<readonly number[], number>({
        format,
        budgets: { turns: 8, calls: 12 },
        world: () => 0,
        requests: (goals) => goals.map((goal) => `Move the marker to ${goal}.`),
        tools: () => [move],
        note: (goals, { world, request }) => world === goals[request],
        judge: (_goals, { ending, notes }) => {
          const solved = ending === "finished" && notes.every((right) => right === true);
          return { quality: Number(solved), solved, reward: Number(solved) };
        },
      }),
    }),
  })();
}

for (const format of [tagsFormat(), openaiFormat(), pythonFormat()]) {
  Deno.test(`${format.name}: a domain of tools and requests holds to the domain contract`, async () => {
    assert.deepEqual(await checkDomain(marker(format)), []);
  });
}
