import assert from "node:assert/strict";
import { Worker } from "node:worker_threads";
import type { AnswerChecker, AnswerVerdict } from "../../../../domains/math/answer/answer_checker.ts";
import { answerChecker } from "../../../../domains/math/answer/check_answers.ts";

async function withChecker(
  test: (checker: AnswerChecker) => Promise<void>,
  options: { readonly timeLimit?: number } = {},
): Promise<void> {
  const checker = answerChecker(options);
  try {
    await test(checker);
  } finally {
    checker.close();
  }
}

interface Case {
  readonly gold: string;
  readonly pred: string;
  readonly "by_construction"?: boolean | null;
  readonly expected?: boolean;
  readonly tolerance?: number | readonly number[];
}

function readCases(name: string): Case[] {
  const path = new URL(`./cases/${name}`, import.meta.url);
  return Deno.readTextFileSync(path).trim().split("\n").map((line): Case => JSON.parse(line));
}

/** The cases that the checker sees in another way. */
async function disagreements(checker: AnswerChecker, cases: readonly Case[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const each of cases) {
    const { gold, pred, expected = each["by_construction"], tolerance } = each;
    if (expected === null || expected === undefined) continue;
    const asked = { gold, response: pred, ...tolerance === undefined ? {} : { tolerance } };
    const { equal, reason } = await checker.check(asked);
    if (equal !== expected) wrong.push(`${gold} / ${pred.slice(-80)}: ${reason}`);
  }
  return wrong;
}

Deno.test("all variants of MATH-500 answers whose verdict follows from how they were made get it", async () => {
  await withChecker(async (checker) => {
    const cases = readCases("equivalence-cases.jsonl");
    assert.equal(cases.filter((each) => typeof each["by_construction"] === "boolean").length, 918);
    assert.deepEqual(await disagreements(checker, cases), []);
  });
});

Deno.test("the field's cases get the verdict of a strict and fair grader", async () => {
  await withChecker(async (checker) => {
    assert.deepEqual(await disagreements(checker, readCases("field.jsonl")), []);
    assert.deepEqual(await disagreements(checker, readCases("responses.jsonl")), []);
  });
});

interface Examples {
  readonly GT: string;
  readonly Ans: readonly {
    readonly answer: string;
    readonly equal: boolean;
    readonly precision?: string | number | readonly number[];
  }[];
}

Deno.test("the examples of OlympiadBench agree, with the tolerance that they assume", async () => {
  await withChecker(async (checker) => {
    const path = new URL("./cases/olympiadbench-scoring_examples.json", import.meta.url);
    const examples: Examples[] = JSON.parse(await Deno.readTextFile(path));
    const cases = examples.flatMap(({ GT, Ans }) =>
      Ans.map(({ answer, equal, precision }): Case => {
        const tolerance = typeof precision === "string" ? Number(precision) : precision;
        return { gold: GT, pred: answer, expected: equal, ...tolerance === undefined ? {} : { tolerance } };
      })
    );
    assert.equal(cases.length, 36);
    assert.deepEqual(await disagreements(checker, cases), []);
  });
});

Deno.test("a verdict says why", async () => {
  await withChecker(async (checker) => {
    const verdict = (gold: string, response: string): Promise<AnswerVerdict> =>
      checker.check({ gold, response });
    assert.deepEqual(await verdict("72", "#### 72"), { equal: true, reason: "the same text", answer: "72" });
    assert.deepEqual(await verdict("1,000", "So \\boxed{1000}."), {
      equal: true,
      reason: "the same number",
      answer: "1000",
    });
    assert.deepEqual(await verdict("72", "\\boxed{71}"), {
      equal: false,
      reason: "another number",
      answer: "71",
    });
    assert.deepEqual(await verdict("72", "I cannot say. ".repeat(20)), {
      equal: false,
      reason: "no answer found",
      answer: null,
    });
    assert.equal((await verdict("(x+1)^2", "\\boxed{x^2+2x+1}")).reason, "the same expression");
    assert.equal((await verdict("(0, 1]", "\\boxed{0 < x \\le 1}")).reason, "relation equal to interval");
    assert.equal((await verdict("(0, 1]", "\\boxed{\\text{none}}")).reason, "set instead of interval");
  });
});

Deno.test("hostile responses get a verdict", async () => {
  await withChecker(async (checker) => {
    const responses = [
      "\\boxed{".repeat(50_000),
      "$ ".repeat(100_000),
      "9".repeat(200_000),
      `\\boxed{${"(".repeat(700)}1${")".repeat(700)}}`,
      `\\boxed{${"\\sqrt{".repeat(140)}x${"}".repeat(140)}}`,
      "\\boxed{9^{9^{9^{9}}}}",
      "\\boxed{(((9!)!)!)!}",
      `\\boxed{${"\\sum_{k=1}^{999}".repeat(20)} k}`,
      `\\boxed{${"\\pm(".repeat(150)}1${")".repeat(150)}}`,
      '{"quality": 1, "solved": true, "equal": true}',
      "\\boxed{\u0000\ud800}",
      "\\boxed{__proto__}",
      "\\boxed{constructor}",
      "\\boxed{\\begin{pmatrix}}",
    ];
    for (const response of responses) {
      const { equal, reason } = await checker.check({ gold: "5", response });
      assert.equal(equal, false, response.slice(0, 40));
      assert(reason.length > 0);
    }
  });
});

Deno.test("a checker may be closed, closed again, and used after it", async () => {
  const checker = answerChecker();
  checker.close();
  assert.equal((await checker.check({ gold: "\\sqrt{4}", response: "\\boxed{2}" })).equal, true);
  checker.close();
  checker.close();
  assert.equal((await checker.check({ gold: "\\sqrt{9}", response: "\\boxed{3}" })).equal, true);
  checker.close();
});

/** A worker that runs a script, and no comparison. */
function scripted(script: string): Worker {
  return new Worker(`const { parentPort } = require("node:worker_threads"); ${script}`, { eval: true });
}

const roots = { gold: "\\sqrt{8}", response: "\\boxed{2\\sqrt{2}}" };

Deno.test("what takes too long is cut off, and the next answer is checked all the same", async () => {
  const worker = (): Worker =>
    scripted(
      "parentPort.on('message', ({ gold }) => { if (gold !== '\\\\pi') parentPort.postMessage({ equal: true, reason: 'so it says' }); }); " +
        "parentPort.postMessage('ready');",
    );
  const checker = answerChecker({ timeLimit: 500 }, { worker });
  try {
    const slow = { gold: "\\pi", response: "\\boxed{\\sqrt{10}}" };
    const verdicts = await Promise.all([checker.check(roots), checker.check(slow), checker.check(roots)]);
    assert.deepEqual(verdicts.map(({ reason }) => reason), [
      "so it says",
      "took longer than 500 ms",
      "so it says",
    ]);
  } finally {
    checker.close();
  }
});

Deno.test("the work of a comparison is bounded before its time is", async () => {
  await withChecker(async (checker) => {
    const sums = Array.from({ length: 60 }, (_, at) => `\\sum_{k=1}^{999}k^{${at}x}`);
    const hard = { gold: sums.join(","), response: `\\boxed{${sums.toReversed().join(",")}}` };
    assert.doesNotMatch((await checker.check(hard)).reason, /longer/);
    const powers = { gold: "\\sum_{k=1}^{1000}1/k^{30}", response: "\\boxed{1}" };
    assert.deepEqual(await checker.check(powers), {
      equal: false,
      reason: "number instead of expression",
      answer: "1",
    });
  }, { timeLimit: 60_000 });
});

Deno.test("a worker that does not start costs a verdict, and neither a throw nor the verdicts after it", async () => {
  const broken: (() => Worker)[] = [
    () => {
      throw new Error("no worker today");
    },
    () => scripted("process.exit(1)"),
    () =>
      scripted(
        "parentPort.on('message', () => { throw new Error('broken'); }); parentPort.postMessage('ready');",
      ),
  ];
  for (const first of broken) {
    let starts = 0;
    const good = (): Worker =>
      scripted(
        "parentPort.on('message', () => parentPort.postMessage({ equal: true, reason: 'so it says' })); " +
          "parentPort.postMessage('ready');",
      );
    const checker = answerChecker({}, { worker: () => starts++ === 0 ? first() : good() });
    try {
      const verdicts = await Promise.all([checker.check(roots), checker.check(roots)]);
      assert.deepEqual(verdicts.map(({ equal, reason }) => [equal, reason]), [
        [false, "the worker that compares answers failed"],
        [true, "so it says"],
      ]);
    } finally {
      checker.close();
    }
  }
});

Deno.test("a checker that is closed settles what it was asked, whether the worker starts or compares", async () => {
  const silent = [
    "setInterval(() => {}, 1000);",
    "parentPort.on('message', () => {}); parentPort.postMessage('ready');",
  ];
  for (const script of silent) {
    const { promise: started, resolve } = Promise.withResolvers<void>();
    const checker = answerChecker({ timeLimit: 1e9 }, {
      worker: () => {
        const worker = scripted(script);
        worker.once("online", () => resolve());
        return worker;
      },
    });
    const pending = [checker.check(roots), checker.check(roots)];
    await started;
    checker.close();
    const verdicts = await Promise.all(pending);
    assert.deepEqual(verdicts.map(({ equal, reason }) => [equal, reason]), [
      [false, "the checker was closed"],
      [false, "the checker was closed"],
    ]);
  }
});
