import assert from "node:assert/strict";
import fc from "fast-check";
import { extractAnswer, goldAnswer } from "../../../../domains/math/answer/extract.ts";

function readLines(path: string): Record<string, string>[] {
  return Deno.readTextFileSync(new URL(path, import.meta.url)).trim().split("\n").map((
    line,
  ): Record<string, string> => JSON.parse(line));
}

/** Real answers of all kinds. */
const answers = readLines("./cases/math500-answers.jsonl").map(({ answer = "" }) => answer);

/** Ways to write an answer down. */
const wrappers: Record<string, (answer: string) => string> = {
  "nothing": (answer) => answer,
  "\\boxed": (answer) => `First $x = 7$, then 3.\n\nSo it is $\\boxed{${answer}}$.`,
  "\\fbox": (answer) => `\\fbox{${answer}}`,
  "$": (answer) => `$${answer}$`,
  "$$": (answer) => `$$${answer}$$`,
  "\\(": (answer) => `\\(${answer}\\)`,
  "\\[": (answer) => `\\[\n${answer}\n\\]`,
  "####": (answer) => `9 * 2 = <<9*2=18>>18\n#### ${answer}`,
  "the answer is": (answer) => `We add 3 and 4. The answer is $${answer}$.`,
  "the answer is, plain": (answer) => `The answer is ${answer}.`,
  "final answer": (answer) =>
    `Since $2 + 2 = 4$, we go on.\n\nFinal Answer: The final answer is $${answer}$. I hope it is correct.`,
  "bold answer": (answer) => `Some steps, 1 to 3.\n\n**Answer:** $${answer}$`,
  "heading": (answer) => `Some steps, 1 to 3.\n\n**Final Answer**\n\n\\[${answer}\\]\n`,
  "thus": (answer) => `Let $n = 3$. Thus we get \\(${answer}\\).`,
  "is our answer": (answer) => `Let $n = 3$. $${answer}$ is our answer.`,
  "last mathematics": (answer) => `Let $n = 3$ be given, and note the rule.\nIn the end one has $${answer}$.`,
  "thinking and turns": (answer) =>
    `<think>maybe \\boxed{0}?</think>\n\n$\\boxed{${answer}}$<|im_end|>\n<|im_start|>user\n\\boxed{9}`,
};

Deno.test("an answer comes back from whatever it is wrapped in", () => {
  assert.equal(answers.length, 500);
  const lost = Object.entries(wrappers).flatMap(([name, wrap]) =>
    answers.filter((answer) => extractAnswer(wrap(answer))?.text !== answer).map((answer) =>
      `${name}: ${answer}`
    )
  );
  assert.deepEqual(lost, []);
});

Deno.test("a bare known-good answer stays as it is, and one in a wrapper loses that alone", () => {
  const lost = answers.flatMap((answer) =>
    [answer, `$${answer}$`, `\\boxed{${answer}}`, `$\\boxed{${answer}}$.`].filter((gold) =>
      goldAnswer(gold) !== answer
    )
  );
  assert.deepEqual(lost, []);
});

Deno.test("what was extracted from a sensible response is its own answer", () => {
  const changed = Object.values(wrappers).flatMap((wrap) =>
    answers.flatMap((answer) => {
      const once = extractAnswer(wrap(answer))?.text ?? "";
      return extractAnswer(once)?.text === once ? [] : [once];
    })
  );
  assert.deepEqual(changed, []);
});

/** All solutions that come with GSM8K. */
const solutions = ["train", "test"].flatMap((split) =>
  readLines(`../../../../domains/math/data/gsm8k/${split}.jsonl`).map(({ answer = "" }) => answer)
);

Deno.test("the result of every GSM8K solution is found", () => {
  assert.equal(solutions.length, 7473 + 1319);
  const wrong = solutions.filter((solution) => {
    const result = solution.slice(solution.lastIndexOf("#### ") + 5).trim();
    return extractAnswer(solution)?.text !== result || goldAnswer(solution) !== result;
  });
  assert.deepEqual(wrong, []);
});

Deno.test("the result of GSM8K solutions is found in their prose, too, almost always", () => {
  const value = (text: string): number =>
    Number(/-?[\d.]*\d/.exec((text.split("=").at(-1) ?? "").replaceAll(/[$, ]/g, ""))?.[0]);
  const wrong = solutions.filter((solution) => {
    const [prose = "", result = ""] = solution.split("#### ");
    return value(extractAnswer(prose.replaceAll(/<<[^>]*>>/g, ""))?.text ?? "") !== value(result);
  });
  // The rest say more after their result, or leave it to the reader to round it.
  assert.ok(wrong.length < solutions.length / 100, `${wrong.length} of ${solutions.length}`);
});

const tokens = [
  ..."\\boxed{ \\boxed \\fbox{ { } $ $$ \\( \\) \\[ \\] \\begin{align} \\end{align} \\begin{ \\text{ \\\\ \\ & ( ) [ ]"
    .split(" "),
  ...'answer Answer: the is are = : . , ; ! ? 5 1,000 .5 -3/4 x east so thus Final **Answer** #### " ` ** - % ½ € 🧩'
    .split(" "),
  ..."<think> </think> <|im_end|> \\% \\implies and or because cm i.e. 1st <<1+1=2>>2 \u0000 \ud800 \udc00 \u202e 答案"
    .split(" "),
  " ",
  "\n",
  "\nUser:",
  "\nQuestion: ",
  "\n- ",
];

Deno.test("no text makes it throw, and what it finds is a part of a line, without a wrapper", () => {
  const soup = fc.array(fc.constantFrom(...tokens), { maxLength: 40 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.oneof(soup, fc.string({ unit: "binary", maxLength: 200 })), (text) => {
      const found = extractAnswer(text);
      assert.equal(typeof goldAnswer(text), "string");
      if (found === null) return;
      assert.notEqual(found.text, "");
      assert.equal(found.text, found.text.trim());
      assert.deepEqual(extractAnswer(text), found);
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("an answer in a box is found after any text that poses no other problem", () => {
  const plain = fc.array(
    fc.constantFrom("word ", "5 ", "$x$ ", "is ", "answer ", ". ", "\n", "= ", "\\boxed{1} no. "),
  );
  fc.assert(
    fc.property(plain, fc.constantFrom(...answers), (words, answer) => {
      assert.equal(extractAnswer(`${words.join("")}\n\nIn the end \\boxed{${answer}}.`)?.text, answer);
    }),
    { numRuns: 500 },
  );
});

/** What is hostile when repeated: openers without an end, heads of clauses, whatever starts a search. */
const repeats = [
  ...tokens.filter((token) => token !== ""),
  ..."\\boxed{5}and \\boxed5 $1 $a the+answer+is+ is+the+answer+\\\\ $x$,+ $x$+and+ x+=+ 5+because+ 1. (a+ A+ 100+000+ 1e"
    .split(" ").map((each) => each.replaceAll("+", " ")),
  "answer\n",
  "answer:\n\n",
  "#### 5\n",
  "final answer is $x$ ",
  "$x$ is about ",
  "is 5 so ",
  "$`",
];

/**
 * How many characters regular expressions and searches look at while something runs; of an expression that is bound to
 * one place and does not match there, that place.
 */
function charactersRead(run: () => void): number {
  const { exec } = RegExp.prototype;
  const { indexOf, lastIndexOf } = String.prototype;
  let read = 0;
  RegExp.prototype.exec = function (text: string): RegExpExecArray | null {
    const start = this.global || this.sticky ? this.lastIndex : 0;
    const found = exec.call(this, text);
    const isBound = this.sticky || (this.source.startsWith("^") && !this.multiline);
    const end = found === null ? (isBound ? start + 1 : text.length) : found.index + found[0].length;
    read += end - start;
    return found;
  };
  String.prototype.indexOf = function (this: string, part: string, from = 0): number {
    const at = indexOf.call(this, part, from);
    read += (at < 0 ? this.length : at) - from;
    return at;
  };
  String.prototype.lastIndexOf = function (this: string, part: string, from = this.length): number {
    const at = lastIndexOf.call(this, part, from);
    read += from - Math.max(0, at);
    return at;
  };
  try {
    run();
  } finally {
    RegExp.prototype.exec = exec;
    Object.assign(String.prototype, { indexOf, lastIndexOf });
  }
  return read;
}

Deno.test("twice as much of anything is at most twice the work", () => {
  const size = 2 ** 14;
  for (const unit of repeats) {
    for (const end of ["", "5", "}$"]) {
      const work = (length: number): number =>
        charactersRead(() => void extractAnswer(unit.repeat(Math.ceil(length / unit.length)) + end));
      const [once, twice] = [work(size), work(2 * size)];
      assert.ok(once > 100, `Only ${once} characters were read`);
      assert.ok(twice < 2.2 * once, `${JSON.stringify(unit + "…" + end)}: ${once}, then ${twice}`);
    }
  }
});

Deno.test("a long row of anything comes to an end, alone and after anything else", () => {
  for (const [at, unit] of repeats.entries()) {
    const other = repeats[(at * 7 + 3) % repeats.length] ?? "";
    extractAnswer(unit.repeat(2 ** 14));
    extractAnswer((unit + other).repeat(2 ** 12));
    extractAnswer(other.repeat(2 ** 12) + unit.repeat(2 ** 12));
  }
});
