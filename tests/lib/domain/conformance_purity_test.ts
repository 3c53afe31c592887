import assert from "node:assert/strict";
import { checkDomain } from "../../../lib/domain/conformance.ts";
import type { Domain } from "../../../lib/domain/domain.ts";
import type { Finding } from "../../../lib/domain/finding.ts";
import type { Json } from "../../../lib/json.ts";
import { play, sound, terms } from "./sums_domain.ts";

/** The findings of a changed domain that are of one kind, each but for the task that it names. */
async function findingsOf(check: string, change: Partial<Domain>): Promise<string[]> {
  const changed: Domain = { ...sound, rebuild: () => changed, ...change };
  const findings = await checkDomain(changed, { tasks: 12 });
  return textsOf(findings, check);
}

function textsOf(findings: readonly Finding[], check: string): string[] {
  return findings.filter((finding) => finding.check === check).map(({ message }) => message);
}

/** Feedback beside a step of the sound domain. */
function saying(feedback: (task: Json, state: Json, response: string) => string): Partial<Domain> {
  return {
    step: (task, state, response) => ({
      ...play(terms(task), Number(state), response),
      feedback: feedback(task, state, response),
    }),
  };
}

Deno.test("checkDomain() tells a step that remembers other tasks, though it is the same when asked twice", async () => {
  let [latest, before] = ["", ""];
  const found = await findingsOf(
    "pure",
    saying((task) => {
      const own = JSON.stringify(task);
      if (own !== latest) [before, latest] = [latest, own];
      return before;
    }),
  );
  assert.ok(found.length > 20, String(found.length));
  assert.match(found[0] ?? "", /^Task ".*" ends differently once other tasks were played$/);
});

Deno.test("checkDomain() tells a step that asks the clock, however it asks", async () => {
  for (
    const day of [
      () => Math.floor(Date.now() / 86_400_000),
      () => new Date().getFullYear(),
      () => Date().slice(0, 15),
      () => Temporal.Now.plainDateISO().toString(),
      () => Temporal.Now.plainDateTimeISO().year,
      () => Temporal.Now.plainTimeISO().hour,
      () => Math.floor(Temporal.Now.instant().epochMilliseconds / 86_400_000),
      () => Temporal.Now.zonedDateTimeISO("UTC").month,
    ]
  ) {
    const found = await findingsOf("pure", saying(() => String(day())));
    assert.match(found[0] ?? "", /^Task ".*" ends differently at another time$/);
  }
  // A date of its own, and the kind of a date, follow from the task.
  const fixed = saying(() =>
    `${new Date(2020, 1, 2).getDate()} ${new Date(0).toISOString()} ${new Date() instanceof Date}`
  );
  assert.deepEqual(await findingsOf("pure", fixed), []);
});

Deno.test("checkDomain() tells a step that draws a chance which hardly ever comes up", async () => {
  const found = await findingsOf("pure", saying(() => Math.random() < 1e-9 ? "lucky" : "right"));
  assert.match(found[0] ?? "", /^Task ".*" ends differently with other random numbers$/);
  const again = await findingsOf("pure", saying(() => String(Math.random())));
  assert.match(again[0] ?? "", /ends differently when played again$/);
});

Deno.test("checkDomain() leaves the clock and the chance of the process as they were", async () => {
  const before = [Date, Math.random, Temporal.Now.instant, Temporal.Now.plainDateISO];
  await checkDomain(sound, { tasks: 2 });
  assert.deepEqual([Date, Math.random, Temporal.Now.instant, Temporal.Now.plainDateISO], before);
});

Deno.test("checkDomain() tells a step that changes its input, and one that hides that it failed to", async () => {
  const change = (task: Json): void => {
    if (Array.isArray(task)) task.reverse();
  };
  const loud = await findingsOf("pure", saying((task) => (change(task), "")));
  assert.match(
    loud[0] ?? "",
    /^Task "0\+7" changes the task, state or attempt that it is given \("Cannot assign/,
  );
  const hidden = saying((task) => {
    try {
      change(task);
    } catch {
      // Frozen.
    }
    return "";
  });
  assert.match(
    (await findingsOf("pure", hidden))[0] ?? "",
    /^Task "0\+7" changes the task or state that it is given$/,
  );
});

Deno.test("checkDomain() tells a prompt that is another when asked again", async () => {
  let asked = 0;
  const found = await findingsOf("pure", {
    prompt: (
      task,
      state,
    ) => [{ role: "user", content: `Turn ${state}: ${terms(task)[Number(state)]} ${asked++ % 2}` }],
    longest: { prompt: 99, response: 9 },
  });
  assert.match(found[0] ?? "", /^Task "0\+7" asks differently when asked again$/);
});

Deno.test("checkDomain() tells tasks that depend on the order in which they are asked for", async () => {
  const drawn: string[] = [];
  const found = await findingsOf("tasks", {
    tasks: (split) => ({
      size: 12,
      at: (index) => {
        const id = `${split} ${index} of ${drawn.length > 30 ? "late" : "early"}`;
        drawn.push(id);
        return { id, task: [index, split === "train" ? 7 : 8] };
      },
    }),
  });
  assert.ok(
    found.includes('train task 0 ("train 0 of early") is another when tasks are asked for in another order'),
    found.join(),
  );
});

Deno.test("checkDomain() tells a domain that is another when made anew from its options", async () => {
  const found = await findingsOf("rebuild", {
    rebuild: () => ({ ...sound, tasks: (split) => ({ ...sound.tasks(split), size: 5 }) }),
  });
  assert.deepEqual(found, [
    'train task 5 ("5+7") is another in the domain made anew from its options',
    'test task 5 ("5+8") is another in the domain made anew from its options',
  ]);
  const other = (split: "train" | "test", index: number): Json => [index + 1, split === "train" ? 7 : 8];
  const shifted = await findingsOf("rebuild", {
    rebuild: () => ({
      ...sound,
      tasks: (split) => ({ size: 20, at: (index) => ({ id: `${index}`, task: other(split, index) }) }),
    }),
  });
  assert.equal(shifted.length, 2);
});

for (
  const [what, value, told] of [
    ["a number that is none", NaN, "state.kept is NaN"],
    ["a number without end", -Infinity, "state.kept is -Infinity"],
    ["a zero below zero", [1, -0], "state.kept[1] is -0"],
    ["nothing", undefined, "state.kept is undefined"],
    ["a date", new Date(0), "state.kept is a Date"],
    ["a map", { of: new Map([[1, 2]]) }, "state.kept.of is a Map"],
    ["a set", new Set([1]), "state.kept is a Set"],
    ["an object of a class", new (class Board {})(), "state.kept is a Board"],
    ["a large whole number", 1n, "state.kept is a bigint"],
    ["a function", () => 1, "state.kept is a function"],
    ["a hole", Array.from({ length: 2 }, (_, at) => at === 0 ? 1 : undefined), "state.kept[1] is undefined"],
  ] as const
) {
  Deno.test(`checkDomain() tells a state that keeps ${what}`, async () => {
    // As a program without types would: JSON itself can say none of these.
    const kept = { kept: JSON.parse("0") };
    kept.kept = value;
    const found = await findingsOf("json", {
      step: (task, state, response) => ({ ...play(terms(task), Number(state), response), state: kept }),
    });
    assert.equal(found[0], `Task "0+7": ${told}, which JSON does not keep`);
  });
}
