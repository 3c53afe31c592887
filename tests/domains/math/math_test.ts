import assert from "node:assert/strict";
import { plainChecker } from "./plain_checker.ts";
import { answerChecker } from "exitlab/domains/math/answer/check_answers.ts";
import { math } from "exitlab/domains/math/math.ts";
import type { MathInput } from "exitlab/domains/math/math_options.ts";
import { gsm8k } from "exitlab/domains/math/problems/gsm8k.ts";
import type { Problem } from "exitlab/domains/math/problems/problem.ts";
import { problemSource } from "exitlab/domains/math/problems/problem_source.ts";
import { svamp } from "exitlab/domains/math/problems/svamp.ts";
import { checkDomain } from "exitlab/lib/domain/conformance.ts";
import type { Domain } from "exitlab/lib/domain/domain.ts";
import { UserError } from "exitlab/lib/errors.ts";
import { isJson, type JsonObject } from "exitlab/lib/json.ts";
import { wordRequest } from "exitlab/lib/operator/wording.ts";
import { rootStart } from "exitlab/lib/curriculum/start.ts";
import { compile, defineExperiment, grpo, hub, uniform } from "exitlab";

const few: Problem[] = [
  { problem: "What is 1 + 2?", answer: "3", solution: "1 + 2 = $\\boxed{3}$." },
  { problem: "What is half of 3?", answer: "\\frac{3}{2}" },
  { problem: "Which day follows Monday?", answer: "\\text{Tuesday}", solution: "It is Tuesday." },
  { problem: "How long is it?", answer: "2.5", tolerance: 0.1 },
];
const small = problemSource("small", { train: few, test: [{ problem: "What is 2 + 2?", answer: "4" }] });

function make(options: Partial<MathInput> = {}): Domain<Problem, null> {
  return math({ source: small, ...options }, { checker: plainChecker() });
}

Deno.test("math() conforms to the domain contract in all its forms", async () => {
  const forms: MathInput[] = [
    { source: gsm8k() },
    { source: svamp(), seed: 3 },
    { source: gsm8k(), trainingTasks: 1280, heldOut: [gsm8k(), svamp({ split: "none" })], testTasks: 100 },
    { source: svamp({ split: "none" }), heldOutShare: 0.3 },
    { source: small },
  ];
  for (const form of forms) {
    assert.deepEqual(await checkDomain(math(form, { checker: plainChecker() }), { tasks: 24 }), []);
  }
});

Deno.test("math() judges by the checker, all or nothing", async () => {
  const domain = make();
  assert.deepEqual(domain.traits, { turns: "single", quality: "binary", feedback: false });
  assert.equal(domain.selfIterationReward, "absolute");
  const [task] = few;
  assert(task !== undefined);
  assert.deepEqual(await domain.step(task, null, "So \\boxed{3}"), {
    state: null,
    verdict: { quality: 1, solved: true, reward: 1 },
    done: true,
  });
  assert.deepEqual((await domain.step(task, null, "So \\boxed{4}")).verdict, {
    quality: 0,
    solved: false,
    reward: 0,
  });
  const asked: unknown[] = [];
  const spy = math({ source: small }, {
    checker: {
      check: (question) => {
        asked.push(question);
        return Promise.resolve({ equal: true, reason: "", answer: null });
      },
      close: () => {},
    },
  });
  for (const each of few.slice(2)) await spy.step(each, null, "x");
  assert.deepEqual(asked, [
    { gold: "\\text{Tuesday}", response: "x" },
    { gold: "2.5", response: "x", tolerance: 0.1 },
  ]);
});

Deno.test("math() asks for reasoning and a boxed answer, and its requests give nothing away", () => {
  const domain = math({ source: gsm8k() }, { checker: plainChecker() });
  const { id, task } = domain.tasks("train").at(0);
  assert.deepEqual(domain.prompt(task, null), [{
    role: "user",
    content: `${task.problem}\n\nReason step by step, and put the final answer in \\boxed{}.`,
  }]);
  const secret: Problem = {
    problem: "What is the number?",
    answer: "31415926",
    solution: "Secret: \\boxed{31415926}",
  };
  const words = (mode: "improve" | "diverge", solved: boolean): string => {
    const attempt = {
      response: "I guess \\boxed{5}.",
      verdict: { quality: solved ? 1 : 0, solved, reward: solved ? 1 : 0 },
      feedback: null,
    };
    const start = { ...rootStart(0, id, null), mode, attempt, depth: 1 };
    return wordRequest(start, domain, secret).map(({ content }) => content).join("\n");
  };
  for (const mode of ["improve", "diverge"] as const) {
    const text = words(mode, false);
    assert.equal(text, words(mode, true), "no verdict");
    assert.ok(text.includes(secret.problem) && text.includes("I guess \\boxed{5}."));
    assert.ok(text.includes("put the final answer in \\boxed{}"));
    assert.doesNotMatch(text, /31415926|Secret/);
  }
});

Deno.test("math() shows what it was made of in options that are plain JSON", () => {
  const { options, given } = math({
    source: gsm8k(),
    heldOut: [svamp(), gsm8k()],
    trainingTasks: 1280,
    testTasks: 50,
  });
  assert.ok(isJson(options) && isJson(given));
  assert.deepEqual(options, {
    source: gsm8k().description,
    heldOut: [svamp().description, gsm8k().description],
    trainingTasks: 1280,
    testTasks: 50,
    seed: 0,
    tasks: { train: 1280, test: { svamp: 50, gsm8k: 50 }, leaked: 0, duplicates: 0 },
  });
  assert.deepEqual(given, {
    source: gsm8k().description,
    heldOut: [svamp().description, gsm8k().description],
    trainingTasks: 1280,
    testTasks: 50,
  });
  assert.equal(make().options.heldOutShare, undefined, "only where it is in force");
  assert.equal(math({ source: svamp({ split: "none" }) }).options.heldOutShare, 0.1);
});

Deno.test("math() is rebuilt with other options, on the same problems", () => {
  const domain = make();
  const changed = domain.rebuild({ ...domain.given, trainingTasks: 2, seed: 7 });
  assert.deepEqual([changed.tasks("train").size, changed.options.seed], [2, 7]);
  assert.equal(changed.rebuild({}).tasks("train").size, 4);
  assert.throws(() => domain.rebuild({ ...domain.given, trainingtasks: 2 }), /Did you mean "trainingTasks"/);
  assert.throws(
    () => domain.rebuild({ ...domain.given, trainingTasks: 5 }),
    /"trainingTasks" to be at most 4/,
  );
  const refused: [JsonObject, string][] = [
    [{ source: { ...small.description, train: 3 } }, "source.train"],
    [{ source: "gsm8k" }, "source"],
    [{ source: { ...small.description, more: 1 } }, "source.more"],
    [{ heldOut: [small.description] }, "heldOut"],
  ];
  for (const [change, path] of refused) {
    assert.throws(() => domain.rebuild({ ...domain.given, ...change }), (error) => {
      assert(error instanceof UserError);
      assert.equal(
        error.message,
        `Cannot change "${path}" from outside: problems are values of the experiment file; change them there`,
      );
      return true;
    });
  }
});

Deno.test("math() goes into a plan, whose jobs' hashes follow the problems", () => {
  const hashOf = (domain: Domain, set: string[] = []): string => {
    const experiment = defineExperiment({
      name: "words",
      domain,
      policy: hub("org/model"),
      objective: grpo(),
      curriculum: uniform(),
      budget: { iterations: 1 },
    });
    const { plan, jobs } = compile(experiment, { runner: "tgi", set });
    assert.equal(plan.arms.uniform?.sources["domain.source.hash"], "base");
    return jobs[0]?.hash ?? "";
  };
  const usual = hashOf(make());
  assert.equal(hashOf(make()), usual);
  assert.equal(hashOf(make({ trainingTasks: 2 })), hashOf(make(), ["domain.trainingTasks=2"]));
  assert.notEqual(hashOf(make({ trainingTasks: 2 })), usual);
  const other = problemSource("small", {
    train: few.with(0, { problem: "What is 1 + 2?", answer: "4" }),
    test: small.test,
  });
  assert.notEqual(hashOf(make({ source: other })), usual);
  assert.throws(
    () => hashOf(make(), ["domain.source.train=5"]),
    /Cannot change "source\.train" from outside: .*change them there \(--set domain\.source\.train\)/,
  );
  assert.throws(() => hashOf(make(), ["domain.sede=5"]), /no option "domain\.sede"|domain\.sede/);
});

Deno.test("math() has references that it solves, and perturbed ones that it does not", async () => {
  for (const source of [gsm8k(), svamp({ split: "none" }), small]) {
    const domain = math({ source }, { checker: plainChecker() });
    const tasks = domain.tasks("train");
    for (let at = 0; at < Math.min(300, tasks.size ?? 0); at++) {
      const { task } = tasks.at(at);
      const [reference = "", ...more] = domain.reference?.(task) ?? [];
      assert.equal(more.length, 0);
      assert.ok((await domain.step(task, null, reference)).verdict.solved, reference);
      const perturbed = domain.perturbed?.(task) ?? [];
      assert.ok(perturbed.length > 0);
      assert.equal(new Set([...perturbed, reference]).size, perturbed.length + 1);
      for (const response of perturbed) {
        assert.ok(!(await domain.step(task, null, response)).verdict.solved, response);
      }
    }
  }
});

Deno.test("math() solves all of GSM8K and SVAMP by their references, and by no perturbed one", async () => {
  const checker = answerChecker();
  const heldOut = [gsm8k(), svamp({ split: "none" })];
  try {
    const domain = math({ source: gsm8k(), heldOut }, { checker });
    const counts = { references: 0, solved: 0, perturbed: 0, fooled: 0 };
    for (const split of ["train", "test"] as const) {
      const tasks = domain.tasks(split);
      for (let at = 0; at < (tasks.size ?? 0); at++) {
        const { task } = tasks.at(at);
        const solves = async (response: string): Promise<boolean> =>
          (await domain.step(task, null, response)).verdict.solved;
        for (const response of domain.reference?.(task) ?? []) {
          counts.references++;
          counts.solved += Number(await solves(response));
        }
        for (const response of domain.perturbed?.(task) ?? []) {
          counts.perturbed++;
          counts.fooled += Number(await solves(response));
        }
      }
    }
    assert.deepEqual(counts, { references: 9792, solved: 9792, perturbed: counts.perturbed, fooled: 0 });
    assert.ok(counts.perturbed > 3 * 9792, `${counts.perturbed}`);
    const small = await checkDomain(math({ source: svamp() }, { checker }), { tasks: 4 });
    assert.deepEqual(small, []);
  } finally {
    checker.close();
  }
});

Deno.test("math() counts responses without an answer", () => {
  const verdict = { quality: 0, solved: false, reward: 0 };
  const attempts = [" ", "\\boxed{3}", "", "#### 4"].map((response) => ({
    response,
    verdict,
    feedback: null,
  }));
  const domain = make();
  assert.deepEqual(domain.metrics?.(attempts), { no_answer: 0.5 });
  assert.deepEqual(domain.metrics?.([]), {});
});

Deno.test("math() refuses what it cannot be made of", () => {
  const wrong: [object, RegExp][] = [
    [{}, /Missing option "source" in math\(\)/],
    [
      { source: "gsm8k" },
      /Expected "source" to be problems, such as gsm8k\(\), or await problemFile\(…\) but found "gsm8k" in math\(\)/,
    ],
    [{ source: gsm8k }, /"source" to be problems, .* but found a function/],
    [{ source: Promise.resolve(small) }, /or await problemFile\(…\) but found Promise/],
    [{ source: { name: "x" } }, /"source" to be problems/],
    [{ source: small, heldOut: small }, /Expected "heldOut" to be a list/],
    [{ source: small, heldOut: [] }, /"heldOut" to be a list of at least one benchmark but found \[\]/],
    [{ source: small, heldOut: [svamp] }, /Expected "heldOut\.0" to be problems/],
    [{ source: small, heldOut: [svamp(), svamp()] }, /"heldOut" to be sources of different names/],
    [
      { source: small, trainingTasks: 0 },
      /"trainingTasks" to be a whole number of at least 1 but found 0/,
    ],
    [{ source: small, testTasks: "some" }, /"testTasks" to be a whole number of at least 1, or "all"/],
    [
      { source: small, heldOutShare: 0.1 },
      /"heldOutShare" to be left out beside "heldOut" and for a source with a split of its own but found 0\.1/,
    ],
    [
      { source: svamp({ split: "none" }), heldOut: [small], heldOutShare: 0.1 },
      /"heldOutShare" to be left out/,
    ],
    [
      { source: svamp({ split: "none" }), heldOutShare: 1 },
      /"heldOutShare" to be a share above 0 and below 1 but found 1/,
    ],
    [{ source: small, seed: -1 }, /"seed"/],
    [{ source: small, sede: 1 }, /Unknown option "sede" \(Did you mean "seed"\?\) in math\(\)/],
    [{ sorce: small }, /"source"|"sorce"/],
  ];
  for (const [options, message] of wrong) {
    assert.throws(() => math({ source: small, ...taken(options) }), message, Deno.inspect(options));
  }
  // @ts-expect-error without a source it is no domain, and the editor says so
  assert.throws(() => math({}), /Missing option "source"/);
  // @ts-expect-error nor without anything
  assert.throws(() => math(), /Missing option "source" in math\(\)/);
});

/** Options as they are: `source` stays only where it is given. */
function taken(options: object): object {
  return "source" in options ? options : { source: undefined, ...options };
}
