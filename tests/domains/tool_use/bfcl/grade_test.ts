import assert from "node:assert/strict";
import { bfcl, type BfclOptions, type BfclTask } from "exitlab/domains/tool_use/bfcl/bfcl.ts";
import { bfclFiles, type BfclRow, bfclRows, rowsOnPadding } from "exitlab/domains/tool_use/bfcl/rows.ts";
import { groundTruth } from "exitlab/domains/tool_use/bfcl/ground_truth.ts";
import type { BfclWorld } from "exitlab/domains/tool_use/bfcl/world.ts";
import type { Domain, ToolState, Verdict } from "exitlab/domain";

type BfclDomain = Domain<BfclTask, ToolState<BfclWorld>>;

const graders = ["bespoke", "official"] as const;

function domainOf(options: Partial<BfclOptions> = {}): BfclDomain {
  return bfcl({ trainOn: "all", turns: { train: 60, test: 60 }, ...options });
}

function taskOf({ id, requests }: BfclRow): BfclTask {
  return { row: id, requests: requests.length, turns: 60 };
}

/** The references of a row, turn by turn: messages with calls, and that which ends the turn. */
function turnsOf(domain: BfclDomain, task: BfclTask): string[][] {
  const turns: string[][] = [[]];
  for (const response of domain.reference?.(task) ?? []) {
    turns.at(-1)?.push(response);
    if (response === "<TASK_FINISHED>") turns.push([]);
  }
  return turns.slice(0, -1);
}

async function play(domain: BfclDomain, task: BfclTask, responses: readonly string[]): Promise<Verdict> {
  let state = domain.begin(task);
  let verdict: Verdict = { quality: 0, solved: false, reward: 0 };
  for (const response of responses) {
    const step = await domain.step(task, state, response);
    ({ state, verdict } = step);
    if (step.done) break;
  }
  return verdict;
}

for (const grader of graders) {
  Deno.test(`${grader}: the ground truth of every row of the four files scores 1`, async () => {
    for (const reward of ["binary", "graded"] as const) {
      const domain = domainOf({ grader, reward });
      const covered = bfclFiles.flatMap((file) => bfclRows(file)).filter(({ id }) => !rowsOnPadding.has(id));
      assert.equal(covered.length, 798);
      for (const row of covered) {
        const task = taskOf(row);
        const verdict = await play(domain, task, turnsOf(domain, task).flat());
        assert.deepEqual(verdict, { quality: 1, solved: true, reward: 1 }, row.id);
      }
    }
  });

  Deno.test(`${grader}: an empty turn scores 0`, async () => {
    const domain = domainOf({ grader });
    for (const row of bfclRows("base")) {
      const task = taskOf(row);
      const turns = turnsOf(domain, task);
      for (const [at, turn] of turns.entries()) {
        if (turn.length < 2) continue;
        const emptied = turns.map((each, index) => index === at ? ["<TASK_FINISHED>"] : each);
        const { solved } = await play(domain, task, emptied.flat());
        assert.equal(solved, false, `${row.id}, turn ${at}`);
      }
    }
  });
}

/** How many altered references are tried, and how many of them count as solved. */
interface Counts {
  tried: number;
  solved: number;
}

/** Plays each row of base with each call of its ground truth altered; what is altered to nothing is dropped. */
async function tryAltered(
  grader: "bespoke" | "official",
  alter: (call: string) => readonly string[] | undefined,
): Promise<Counts> {
  const domain = domainOf({ grader });
  const counts = { tried: 0, solved: 0 };
  for (const row of bfclRows("base")) {
    const task = taskOf(row);
    const turns = turnsOf(domain, task);
    for (const [at, turn] of turns.entries()) {
      const calls = turn.length < 2 ? [] : turn[0]?.split("\n") ?? [];
      for (const [index, call] of calls.entries()) {
        const other = alter(call);
        if (other === undefined) continue;
        const message = calls.toSpliced(index, 1, ...other).join("\n");
        const changed = turns.with(at, [...message === "" ? [] : [message], ...turn.slice(1)]);
        counts.tried++;
        counts.solved += Number((await play(domain, task, changed.flat())).solved);
      }
    }
  }
  return counts;
}

Deno.test("bespoke: each dropped call of base scores 0", async () => {
  assert.deepEqual(await tryAltered("bespoke", () => []), { tried: 1142, solved: 0 });
});

Deno.test("official: a dropped call scores 0, but where its result was there before", async () => {
  assert.deepEqual(await tryAltered("official", () => []), { tried: 1142, solved: 1 });
});

/** A call of a message with two of its arguments exchanged, or one of another value. */
function swapped(call: string): [string] | undefined {
  const found = /"arguments": (\{.*\})\}<\/tool>$/.exec(call)?.[1];
  if (found === undefined) return undefined;
  const args: { readonly [name: string]: unknown } = JSON.parse(found);
  const [[first, one] = [], [second, other] = []] = Object.entries(args);
  if (first === undefined) return undefined;
  const changed = second === undefined || one === other
    ? { ...args, [first]: typeof one === "string" ? `${one}x` : typeof one === "number" ? one + 1 : "x" }
    : { ...args, [first]: other, [second]: one };
  return [call.replace(found, JSON.stringify(changed))];
}

Deno.test("bespoke: each swapped argument of base scores 0", async () => {
  assert.deepEqual(await tryAltered("bespoke", swapped), { tried: 1041, solved: 0 });
});

Deno.test("official: a swapped argument scores 0, but where no result and no state shows it", async () => {
  assert.deepEqual(await tryAltered("official", swapped), { tried: 1041, solved: 61 });
});

/** A call that changes the state of a class, whatever it is. */
function mischief(world: BfclWorld, owner: string): string | undefined {
  const { authenticated, username, password } = Object(world[owner]);
  const calls: { readonly [owner: string]: string } = {
    GorillaFileSystem: "mkdir(dir_name='left_over')",
    MessageAPI: "add_contact(user_name='Nobody')",
    TwitterAPI: authenticated === true
      ? "post_tweet(content='beyond the request')"
      : `authenticate_twitter(username='${username}', password='${password}')`,
    TicketAPI: "ticket_login(username='intruder', password='x')",
    TradingBot: authenticated === true
      ? "trading_logout()"
      : "trading_login(username='intruder', password='x')",
    TravelAPI:
      "authenticate_travel(client_id='x', client_secret='x', refresh_token='x', grant_type='x', user_first_name='x', user_last_name='x')",
    VehicleControlAPI: "set_navigation(destination='nowhere')",
  };
  return calls[owner];
}

for (const grader of graders) {
  Deno.test(`${grader}: an extra state change in any class of any row of base scores 0`, async () => {
    const domain = domainOf({ grader, format: "python" });
    let tried = 0;
    for (const row of bfclRows("base")) {
      const task = taskOf(row);
      const responses = domain.reference?.(task) ?? [];
      const end = groundTruth(row).worlds.at(-1) ?? {};
      for (const owner of row.classes) {
        const extra = mischief(end, owner);
        if (extra === undefined) continue;
        tried++;
        const { solved } = await play(domain, task, responses.toSpliced(-1, 0, extra));
        // The leaderboard does not look at a turn in which nothing is to be done.
        const unseen = grader === "official" && row.groundTruth.at(-1)?.length === 0;
        assert.equal(solved, unseen, `${row.id}: ${extra}`);
      }
    }
    assert(tried > 280, `${tried} classes with state`);
  });
}

Deno.test("a policy that gives up, runs out of turns or never finishes scores 0", async () => {
  const row = bfclRows("base")[0];
  assert(row);
  const task = taskOf(row);
  for (const grader of graders) {
    const domain = domainOf({ grader });
    const responses = turnsOf(domain, task).flat();
    assert.equal((await play(domain, task, responses.slice(0, -1))).solved, false);
    assert.equal((await play(domain, task, responses.with(-1, "<TASK_ERROR>"))).solved, false);
    assert.equal((await play(domain, { ...task, turns: responses.length - 1 }, responses)).solved, false);
    assert.equal((await play(domain, { ...task, turns: responses.length }, responses)).solved, true);
  }
});

Deno.test("bespoke: order does not matter, an argument may be left out where it is the default", async () => {
  const domain = domainOf({ format: "python" });
  const task = { row: "multi_turn_base_1", requests: 1, turns: 10 };
  for (
    const [response, solved] of [["ls(a=True)", true], ["pwd(); ls(a=True)", true], ["ls()", false]] as const
  ) {
    assert.equal((await play(domain, task, [response, "Done."])).solved, solved, response);
  }
});

Deno.test("the graded reward grows with the part that is right, and quality stays pass or fail", async () => {
  const domain = domainOf({ reward: "graded" });
  for (const row of bfclRows("base").slice(0, 40)) {
    const task = taskOf(row);
    let before = 0;
    const turns = turnsOf(domain, task);
    for (const done of turns.keys()) {
      const responses = turns.flatMap((turn, at) => at < done ? turn : ["<TASK_FINISHED>"]);
      const { quality, reward } = await play(domain, task, responses);
      assert.equal(quality, 0);
      assert(reward >= before && reward < 1, `${row.id}: ${reward} after ${before}`);
      before = reward;
    }
  }
});

Deno.test("an unsolved episode does not earn the whole reward, even if the other grader has nothing against it", async () => {
  const domain = domainOf({ reward: "graded" });
  const row = bfclRows("base")[0] ?? assert.fail();
  const task = taskOf(row);
  // The same folder by another name: same effect and results, but not the ground truth's argument.
  const responses = turnsOf(domain, task).flat().map((text) => text.replace('"document"', '"document/"'));
  assert(responses.some((text) => text.includes("document/")));
  const { quality, reward } = await play(domain, task, responses);
  assert.deepEqual([quality, reward], [0, 0.9]);
});
