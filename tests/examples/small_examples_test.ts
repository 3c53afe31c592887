/** The small domains and the curriculum among the examples; their own tests lie beside them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type Experiment, extend, hub } from "exitlab";
import type { Random } from "exitlab/lib/random.ts";
import maze from "../../examples/maze/experiment.ts";
import oneLiner from "../../examples/one_liner/experiment.ts";
import swaps from "../../examples/swaps/experiment.ts";
import { root, task } from "../support/command_line.ts";
import { type Ask, runQuick } from "../support/run_quick.ts";

/** The most lines, the test aside. */
const most = { swaps: 80, maze: 80, "one_liner": 80, "nearest_half": 40 };

Deno.test("the small examples are small, and say how they are run in a page each", async () => {
  for (const [name, lines] of Object.entries(most)) {
    const read = async (file: string) =>
      (await Deno.readTextFile(join(root, "examples", name, file))).trimEnd().split("\n");
    assert.ok((await read(`${name}.ts`)).length <= lines, `${name}.ts has more than ${lines} lines`);
    const page = await read("README.md");
    assert.ok(page.length <= 25, `The README.md of ${name} has more than 25 lines`);
    assert.ok(page.some((line) => line.includes(`deno task run examples/${name}/experiment.ts`)));
  }
});

/** Four iterations of an experiment's `exit` arm, on a script instead of a transformer. */
async function runScript(
  experiment: Experiment,
  respond: (prompt: string, skill: number, random: Random) => string,
  test: (ask: Ask) => Promise<void>,
): Promise<void> {
  const scripted = extend(experiment, {
    base: { policy: hub("example/script", { context: 256 }), sampling: { maxTokens: 32 } },
  });
  const set = ["budget.iterations=4", "objective.groups=4", "objective.groupSize=4", "evaluate.tasks=4"];
  await runQuick(scripted, "exit", respond, test, {
    set: [...set, "evaluate.steps=2", "arms.exit.curriculum.minimumFill=2"],
  });
}

const anyOf = (letters: string, count: number, random: Random): string =>
  Array.from({ length: count }, () => random.pick([...letters])).join("");

Deno.test("swaps trains, and starts from attempts of its own", async () => {
  const respond = (_: string, _skill: number, random: Random) => anyOf("1234", 1 + random.int(4), random);
  await runScript(swaps, respond, async (ask) => {
    assert.deepEqual(await ask("select count(*)::int, count(distinct iteration)::int from groups"), [[
      16,
      4,
    ]]);
    const improved = await ask("select prompt from groups where mode = 'improve'");
    assert.ok(improved.length > 0 && improved.every(([prompt]) => /I[a-e]{5}:[1-4]+/.test(String(prompt))));
    assert.deepEqual(await ask("select count(*)::int from rollouts where not quality between 0 and 1"), [[
      0,
    ]]);
  });
});

Deno.test("maze trains over several turns, and rewrites a leg in the middle", async () => {
  const respond = (_: string, _skill: number, random: Random) => anyOf("udlr", 3, random);
  await runScript(maze, respond, async (ask) => {
    assert.notDeepEqual(await ask("select count(*)::int from groups where mode = 'improve' and turn > 0"), [[
      0,
    ]]);
    const [turns] = await ask("select max(json_array_length(turns))::int from evaluations");
    assert.deepEqual(turns, [4]);
  });
});

Deno.test("one_liner trains on what programs gave in the sandbox", async () => {
  const respond = (_: string, skill: number, random: Random) =>
    random.chance(0.3 + skill / 2) ? `${random.int(3)}*x+1` : "2*y";
  await runScript(oneLiner, respond, async (ask) => {
    const [held] = await ask("select message from events where kind = 'surroundings'");
    assert.match(String(held?.[0]), /^Programs are held by: deno permissions/);
    const told = await ask("select distinct prompt from groups where mode <> 'base'");
    assert.ok(
      told.length > 0 && told.every(([prompt]) => /:(\d\*x\+1=\d+ \d+ \d+ \d+|2\*y=!)/.test(String(prompt))),
    );
    const failed = await ask("select count(*)::int from evaluations where failed and response <> '2*y'");
    assert.deepEqual(failed, [[0]]);
  });
});

Deno.test("nearest_half trains on the embedded engine, and stands in compare beside uniform and exit", async () => {
  const runs = await Deno.makeTempDir();
  try {
    const short = ["budget.iterations=3", "policy.warmStart.steps=2", "evaluate.tasks=8", "evaluate.steps=1"];
    const words = ["--quick", "--runs", runs, ...short.flatMap((set) => ["--set", set])];
    const run = await task("run", "examples/nearest_half/experiment.ts", ...words);
    assert.equal(run.code, 0, run.stderr);
    const compared = await task("compare", "--runs", runs);
    for (const arm of ["uniform", "exit", "nearest"]) assert.match(compared.stdout, new RegExp(`\\n${arm} `));
  } finally {
    await Deno.remove(runs, { recursive: true });
  }
});
