import assert from "node:assert/strict";
import fc from "fast-check";
import { knobs, type KnobsInput } from "../../../domains/mle/knobs.ts";
import { checkDomain } from "../../../lib/domain/conformance.ts";
import type { Split } from "../../../lib/domain/domain.ts";
import { Random } from "../../../lib/random.ts";

const verdict = { quality: 0, solved: false, reward: 0 };
const task = { hint: "12345678", optimum: "42195037" };

function ids(options: KnobsInput, split: Split, count: number): string[] {
  const source = knobs(options).tasks(split);
  return Array.from({ length: count }, (_, index) => source.at(index).id);
}

Deno.test("knobs() conforms to the domain contract in all its forms", async () => {
  const forms: KnobsInput[] = [
    {},
    { reward: "binary", feedback: false },
    { trainingTasks: "unlimited", selfIteration: "improvement" },
    { knobs: 2, seed: 3 },
    { knobs: 3, hint: 0.9, selfIteration: "improvement-or-keep" },
    { knobs: 64, hint: 0 },
    { trainingTasks: 1, testTasks: 1 },
  ];
  for (const form of forms) assert.deepEqual(await checkDomain(knobs(form)), [], JSON.stringify(form));
});

Deno.test("knobs() has the documented defaults", () => {
  const { options, traits, longest, selfIterationReward } = knobs();
  assert.deepEqual(options, {
    knobs: 8,
    hint: 0.3,
    trainingTasks: 256,
    testTasks: 256,
    reward: "graded",
    selfIteration: "absolute",
    feedback: true,
    seed: 0,
    demonstrations: { copy: 0.5, keep: 0.8, move: 0.2 },
  });
  assert.deepEqual(traits, { turns: "single", quality: "graded", feedback: true });
  assert.deepEqual(longest, { prompt: 25, response: 8 });
  assert.deepEqual(knobs({ feedback: false }).longest, { prompt: 17, response: 8 });
  assert.equal(selfIterationReward, "absolute");
  for (const selfIteration of ["improvement", "improvement-or-keep"] as const) {
    assert.equal(knobs({ selfIteration }).selfIterationReward, selfIteration);
  }
});

Deno.test("knobs() keeps the held-out tasks whatever the training tasks are", () => {
  const usual = ids({}, "test", 256);
  for (const trainingTasks of [1, 1024, "unlimited"] as const) {
    assert.deepEqual(ids({ trainingTasks }, "test", 256), usual);
  }
  assert.deepEqual(ids({ trainingTasks: 1024 }, "train", 256), ids({}, "train", 256));
  assert.equal(new Set([...usual, ...ids({}, "train", 256)]).size, 512);
});

Deno.test("knobs() makes these tasks for ever", () => {
  assert.deepEqual(ids({}, "train", 2), ["knobs8:67255942:48955943", "knobs8:34692053:04956003"]);
  assert.deepEqual(ids({}, "test", 2), ["knobs8:93388772:56600720", "knobs8:10726752:19757905"]);
});

Deno.test("knobs() words requests compactly", () => {
  const words = (domain: ReturnType<typeof knobs>, response: string): (string | undefined)[] =>
    (["improve", "diverge"] as const).map((mode) =>
      domain.iterate?.(task, null, { response, verdict, feedback: null }, mode)[0]?.content
    );
  assert.deepEqual(knobs().prompt(task, null), [{ role: "user", content: "B12345678" }]);
  assert.deepEqual(words(knobs(), "42000000"), ["I1234567842000000==~xx=xx", "D1234567842000000==~xx=xx"]);
  assert.deepEqual(words(knobs(), "4x"), ["I123456784???????=xxxxxxx", "D123456784???????=xxxxxxx"]);
  assert.deepEqual(words(knobs({ feedback: false }), "42000000"), ["I1234567842000000", "D1234567842000000"]);
});

Deno.test("knobs() shows the optimum in no prompt but as an attempt of the policy's own", () => {
  const domain = knobs();
  for (const split of ["train", "test"] as const) {
    for (let index = 0; index < 256; index++) {
      const { task } = domain.tasks(split).at(index);
      const attempt = { response: task.hint, verdict, feedback: null };
      const asked = [
        ...domain.prompt(task, null),
        ...(["improve", "diverge"] as const).flatMap((mode) =>
          domain.iterate?.(task, null, attempt, mode) ?? []
        ),
      ];
      assert.equal(asked.length, 3);
      for (const { content } of asked) assert.ok(!content.includes(task.optimum), content);
      assert.match(asked[1]?.content ?? "", new RegExp(`^I${task.hint}${task.hint}[=~x]{8}$`));
    }
  }
});

Deno.test("knobs() writes only printable ASCII, whatever it is answered", () => {
  const domain = knobs();
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 40 }), (response) => {
    for (const mode of ["improve", "diverge"] as const) {
      const content = domain.iterate?.(task, null, { response, verdict, feedback: null }, mode)[0]?.content ??
        "";
      assert.match(content, /^[\x20-\x7e]{25}$/);
    }
  }));
});

Deno.test("knobs() rewards by its rule and grades quality either way", async () => {
  for (const reward of ["binary", "graded"] as const) {
    const domain = knobs({ reward });
    const partly = await domain.step(task, null, "42195000");
    // Six knobs are right, the seventh is 3 away, the last one 7.
    assert.equal(partly.verdict.quality, 0.75);
    assert.equal(partly.verdict.reward, reward === "binary" ? 0 : 0.75);
    assert.equal(partly.verdict.solved, false);
    assert.equal(partly.feedback, "======xx");
    const { verdict } = await domain.step(task, null, "42195037");
    assert.deepEqual(verdict, { quality: 1, solved: true, reward: 1 });
  }
  assert.equal((await knobs({ feedback: false }).step(task, null, "42195000")).feedback, undefined);
});

Deno.test("knobs() counts the right and near knobs of an attempt, if it gives feedback", async () => {
  const figures = async (domain: ReturnType<typeof knobs>, response: string): Promise<unknown> => {
    const { verdict, feedback = null } = await domain.step(task, null, response);
    return domain.metrics?.([{ response: "", verdict, feedback: null }, { response, verdict, feedback }]);
  };
  assert.deepEqual(await figures(knobs(), "42000000"), { right: 0.375, near: 0.125 });
  assert.deepEqual(await figures(knobs({ feedback: false }), "42000000"), {});
  assert.deepEqual(knobs().metrics?.([]), {});
});

Deno.test("knobs() demonstrates every mode in the form of its prompts", () => {
  const random = new Random(1);
  const forms = {
    base: /^B[0-9]{8}$/,
    improve: /^I[0-9]{8}[0-9]{8}[=~x]{8}$/,
    diverge: /^D[0-9]{8}[0-9]{8}[=~x]{8}$/,
  };
  for (const mode of ["base", "improve", "diverge"] as const) {
    for (let count = 0; count < 100; count++) {
      const { messages = [], response = "" } = knobs().demonstrate?.(mode, random) ?? {};
      assert.match(messages[0]?.content ?? "", forms[mode]);
      assert.match(response, /^[0-9]{8}$/);
    }
  }
  const silent = knobs({ feedback: false, knobs: 4 }).demonstrate?.("improve", random);
  assert.match(silent?.messages[0]?.content ?? "", /^I[0-9]{8}$/);
});

Deno.test("knobs() demonstrates no held-out hint", () => {
  const domain = knobs({ knobs: 2, testTasks: 500 });
  const heldOut = new Set(ids({ knobs: 2, testTasks: 500 }, "test", 500).map((id) => id.split(":")[1]));
  assert.ok(heldOut.size > 30);
  const random = new Random(1);
  for (let count = 0; count < 500; count++) {
    const content = domain.demonstrate?.("base", random).messages[0]?.content ?? "";
    assert.ok(!heldOut.has(content.slice(1)), content);
  }
});

Deno.test("knobs() refuses options that are unknown or out of range", () => {
  const refused: [KnobsInput, RegExp][] = [
    [{ knobs: 1 }, /"knobs" to be a whole number from 2 to 64 but found 1 in knobs\(\)/],
    [{ knobs: 65 }, /"knobs"/],
    [{ hint: 0.95 }, /"hint" to be a probability of at most 0.9 but found 0.95/],
    [{ hint: -0.1 }, /"hint" to be a probability in \[0, 1\]/],
    [{ hint: NaN }, /"hint"/],
    [{ trainingTasks: 0 }, /"trainingTasks"/],
    [{ testTasks: 0.5 }, /"testTasks"/],
    [{ seed: -1 }, /"seed"/],
    [{ demonstrations: { move: 2 } }, /"demonstrations.move" to be a probability/],
  ];
  for (const [options, message] of refused) assert.throws(() => knobs(options), message);
  assert.throws(() => knobs().rebuild({ knops: 4 }), /Did you mean "knobs"/);
  assert.throws(() => knobs().rebuild({ selfIteration: "final" }), /"selfIteration"/);
  assert.throws(() => knobs().rebuild({ demonstrations: { kept: 1 } }), /Did you mean "keep"/);
});
