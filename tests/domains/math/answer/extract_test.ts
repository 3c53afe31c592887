import assert from "node:assert/strict";
import { extractAnswer, type ExtractedAnswer, goldAnswer } from "../../../../domains/math/answer/extract.ts";

type How = ExtractedAnswer["how"];

/** Asserts what is found in responses, and how. */
function finds(how: How, cases: readonly (readonly [response: string, answer: string])[]): void {
  assert.deepEqual(
    cases.map(([response]) => [response, extractAnswer(response)]),
    cases.map(([response, text]) => [response, { text, how }]),
  );
}

Deno.test("the last box counts, whatever is around and in it", () => {
  finds("boxed", [
    ["Thus $x-p=\\boxed{2-2p}$.", "2-2p"],
    ["I get $\\boxed{3}$. No: it is $\\boxed{4}$, as $4^2 = 16$.", "4"],
    ["\\fbox{12}", "12"],
    ["So it is \\boxed 5.", "5"],
    ["\\boxed{\\boxed{5}}", "5"],
    ["\\boxed{ $\\frac{1}{2}$ }", "\\frac{1}{2}"],
    [
      "\\[\n\\boxed{\n\\begin{pmatrix} 0 & 3 \\\\ 0 & -1 \\end{pmatrix}\n}.\n\\]",
      "\\begin{pmatrix} 0 & 3 \\\\ 0 & -1 \\end{pmatrix}",
    ],
    ["\\boxed{\\{1\\pm\\sqrt{5},-2\\}}.", "\\{1\\pm\\sqrt{5},-2\\}"],
    ["Put it in \\boxed{}, as told: \\boxed{8}", "8"],
    ["\\boxed{8} and then nothing in \\boxed{}", "8"],
    ["The distance is \\boxed{\\text{Evelyn}} is our answer.", "\\text{Evelyn}"],
    ["between $\\boxed{12 $ and $13 }. $", "12  and 13"],
    ["\\\\boxed{\\\\frac{1}{2}}", "\\\\frac{1}{2}"],
    ["\\boxed{42}\n\nExplanation: 6 × 7 = 42, and 5 × 8 = 40. The answer is clear.", "42"],
    ["#### 7\nThe answer is 8. \\boxed{9}", "9"],
  ]);
});

Deno.test("a box that is never closed ends with its mathematics or the text", () => {
  finds("boxed", [
    ["\\boxed{3", "3"],
    ["We get $\\boxed{\\frac{1}{2}$ as said.", "\\frac{1}{2}"],
    ["$\\boxed{28 pct}", "28 pct"],
    ["$\\boxed{5 + $ oh, no: $\\boxed{6}$", "6"],
    ["First \\boxed{1}, then \\boxed{\\boxed{2", "2"],
  ]);
});

Deno.test("boxes next to each other are one answer", () => {
  finds("boxed", [
    ["\\boxed{1} and \\boxed{-2}", "1, -2"],
    ["$\\boxed{1}$, $\\boxed{2}$, and $\\boxed{3}$.", "1, 2, 3"],
    ["$\\boxed{(98, 2)} \\quad \\text{and} \\quad \\boxed{(99, 503)}$", "(98, 2), (99, 503)"],
    ["\\boxed{1} papers and \\boxed{2} bins", "1, 2"],
    ["$\\boxed{(3, 3)} \\text{ for part (a) and } \\boxed{(1, 1)}$", "(3, 3), (1, 1)"],
    ["\\(y_1 = \\boxed{x}\\) and \\(y_2 = \\boxed{x+1}\\)", "x, x+1"],
    ["$\\boxed{1}\\boxed{2}$", "1, 2"],
    ["(a) $\\boxed{3}$\n(b) $\\boxed{4}$", "3, 4"],
    ["$\\boxed{5}$ or $\\boxed{-5}$", "5, -5"],
    ["\\boxed{5}, \\boxed{5}", "5"],
  ]);
});

Deno.test("boxes with something new between them are not one answer", () => {
  finds("boxed", [
    ["\\boxed{1} no no no no no \\boxed{2}", "2"],
    ["The roots are $\\boxed{1}$ and $\\boxed{2}$, and hence their sum is $\\boxed{3}$.", "3"],
    ["\\boxed{\\frac12} or, equivalently, \\boxed{0.5}", "0.5"],
    ["\\boxed{1}. \\boxed{2}", "2"],
    ["\\boxed{1}\n\n\\boxed{2}", "2"],
    ["$\\boxed{2} + \\boxed{3}$", "3"],
    ["\\boxed{1} and so on and so forth and in the end, as everyone can see, \\boxed{2}", "2"],
  ]);
});

Deno.test("a percent sign, a degree sign, a base or a unit after a box belongs to it", () => {
  finds("boxed", [
    ["$\\boxed{28}$ pct", "28 pct"],
    ["\\boxed{20} percent of them", "20 percent"],
    ["\\boxed{5}\\%", "5\\%"],
    ["\\boxed{5}\\%.", "5\\%"],
    ["The angle is $\\boxed{90}^\\circ$.", "90^\\circ"],
    ["$\\boxed{52}_8$", "52_8"],
    ["$\\boxed{15}\\text{ cm}^2$", "15\\text{ cm}^2"],
    ["$\\boxed{125}$ miles", "125 miles"],
    ["\\(\\boxed{189}\\) square centimeters.", "189 square centimeters"],
    ["\\boxed{5} in total", "5"],
    ["\\boxed{2} distinct values", "2"],
    ["\\boxed{28\\%} percent", "28\\%"],
  ]);
});

Deno.test("a final answer that is stated after the last box takes it back", () => {
  finds("phrase", [
    ["\\boxed{12}. Final Answer: The final answer is $13$. I hope it is correct.", "13"],
    ["She has $255$, so \\boxed{255}.\n\n**Final Answer:** 10,455", "10,455"],
  ]);
  finds("boxed", [
    ["\\boxed{12}. This is my final answer.", "12"],
    ["The final answer is $\\boxed{12}$.", "12"],
    ["\\boxed{12}. Final answer: see above, in line 3.", "12"],
    ["**Final answer:** $\\boxed{12}$", "12"],
  ]);
});

Deno.test("after #### stands the answer, unless it is a heading", () => {
  finds("hashes", [
    ["48 + 24 = <<48+24=72>>72\n#### 72", "72"],
    ["#### 48\nMay is missing.\n#### 72\n", "72"],
    ["It is\n#### 1,234 dollars\nDone.", "1,234 dollars"],
    ["#### $70,000", "$70,000"],
    ["It costs more.\n#### Tuesday", "Tuesday"],
    ["The answer is 8.\n  ####9", "9"],
  ]);
  finds("phrase", [["#### Step 1\nWe add 3 and 4.\n#### Step 2\nThe answer is 7.", "7"]]);
  finds("math", [["#### Solution\nThe sum is $12$.", "12"]]);
  finds("number", [["##### 5\nThere are 6.", "6"]]);
});

Deno.test("what a text calls its answer is found in the clause after it", () => {
  finds("phrase", [
    ["The answer is 42.", "42"],
    ["**Answer:** 7", "7"],
    ["**Answer: 7**", "7"],
    ['My answer: "17"', "17"],
    ["> **Answer:** `17`", "17"],
    ["answer = 42", "42"],
    ["**Final Answer**\n\n$5\\sqrt{2}$", "5\\sqrt{2}"],
    ["### Final Answer\n5 cm", "5 cm"],
    ["## Answer:\n\n\\[ x = 4 \\]\n\nDone.", "x = 4"],
    ["The final answer is:\n\n$$\n\\frac{3}{4}\n$$", "\\frac{3}{4}"],
    ["The answer is\n\\begin{align*}\nx &= 1 + 2 \\\\\n&= 3.\n\\end{align*}", "3"],
    ["Answer \\( (9+1) \\)", "(9+1)"],
    ["Final Answer: The largest $n$ is 34.", "34"],
    ["The final answer is $28 \\%$. I hope it is correct.", "28 \\%"],
    ["The answer to the first question is 12.", "12"],
    ["The answers are 1, 2, and 3.", "1, 2, and 3"],
    ["The answers are $1$ and $2$.", "1 and 2"],
    ["The answer is x = 5 or x = -5.", "x = 5 or x = -5"],
    ["Answer:\n- x = 1\n- x = 2", "x = 1, x = 2"],
    ["The answer is 1 000.", "1 000"],
    ["The answer is 3.14.", "3.14"],
    ["The answer is 12 sq. cm.", "12 sq. cm"],
    ["The answer is \\$42.50.", "\\$42.50"],
    ["I think the answer is 3. Actually, the answer is 4.", "4"],
    ['{"answer": 12, "solved": true}', "12"],
  ]);
});

Deno.test("words after the answer do not hide it, and numbers among them do not replace it", () => {
  finds("phrase", [
    ["The answer is 5 because 2 + 3 = 5 and 7 - 2 = 5.", "5"],
    ["The answer is 5, not 6.", "5"],
    ["The answer is not 7 but 8.", "8"],
    ["The answer is between 3 and 5, so it is 4.", "4"],
    ["The answer is 0.5 (i.e. 1/2).", "0.5"],
    ["So the answer is $12$ hours, i.e., $720$ minutes.", "12 hours"],
    ["So the answer is \\(\\frac{a}{b}\\), where \\(a\\) and \\(b\\) are sides.", "\\frac{a}{b}"],
    ["The answer is $5 + 3\\sqrt{2}$, which is $a+b\\sqrt{c}$ with $a+b+c = 10$.", "5 + 3\\sqrt{2}"],
    ["Final Answer: Jane started 3 hours ago. I hope it is correct.", "3 hours"],
    ["Final Answer: 3 apples cost 5 dollars.", "5 dollars"],
  ]);
});

Deno.test("choices and answers in words", () => {
  finds("phrase", [
    ["The correct answer is (C).", "(C)"],
    ["The correct option is B.", "B"],
    ["The answer is option (B).", "(B)"],
    ["The answer is (D), since 3 > 2.", "(D)"],
    ["The answer is A, not B.", "A"],
    ["The correct answer is (C) 5 miles.", "(C) 5 miles"],
    ["Answer: east", "east"],
    ["The final answer is Tuesday.", "Tuesday"],
    ["Final answer: no solution", "no solution"],
    ["Evelyn is our answer.", "Evelyn"],
  ]);
});

Deno.test("an answer may stand before the phrase", () => {
  finds("phrase", [
    ["Thus $x \\le 2$ is our answer.", "x \\le 2"],
    ["We add 3 and 39. Thus, 42 is the answer.", "42"],
    ["The answer is 5. I hope that this is the right answer.", "5"],
  ]);
});

Deno.test("a heading before a long solution does not make its first number the answer", () => {
  const solution = "Let us see. There are 3 red and 4 blue balls. ".repeat(6);
  finds("phrase", [[`Answer: Among the first 3 we look for ours. ${solution} So there are 7 balls.`, "7"]]);
});

Deno.test("the last conclusion counts if nothing is computed after it", () => {
  finds("phrase", [
    ["Therefore, there are 12 distinct sequences that meet the conditions. I hope it is correct.", "12"],
    ["Let $x$ be it. So, the pair $(x, y)$ that solves the system is $(7, 6)$.", "(7, 6)"],
    ["We have $\\frac{x'}{x} \\geq 2$. Therefore, the error increases by 100%.", "100%"],
    ["Hence $f(n) = 2n$ for every positive integer $n$.", "f(n) = 2n"],
    ["Hence, the value of $2k+1$ is 3.", "3"],
    ["So she has 3 apples left over from the 10 she bought.", "3"],
    ["Therefore, the total is 16 - 3 - 4 = 9 eggs per day.", "9"],
    ["Thus the solutions are $x = 1$ and $x = -2$.", "x = 1 and x = -2"],
    ["She spent $5 on bread and $6 on milk, so she spent $11.", "$11"],
    ["The area is $12$. Therefore, the rest is $4$ square units. So we are done.", "4 square units"],
    ["So x=5,y=7.", "x=5,y=7"],
  ]);
});

Deno.test("else the last mathematics counts, not a name, a condition or an approximation after it", () => {
  finds("math", [
    ["The solution is $x \\leq 5$", "x \\leq 5"],
    ["One has $a = 3$ for all $n \\ge 1$.", "a = 3"],
    ["The maximum is $42$, attained at $x=3$.", "42"],
    ["It is $\\frac{1}{6}$, which is about $0.17$.", "\\frac{1}{6}"],
    ["The solutions are $(1,2)$, $(3,4)$ and $(5,6)$.", "(1,2), (3,4), (5,6)"],
    ["The measure is $60$ degrees.", "60 degrees"],
    ["\\begin{align*} x &= 2 + 3 \\\\ &= 5. \\end{align*} as said", "5"],
    ["It follows that\n\\[\n\\begin{aligned}\nS &= 1 + 2 \\\\[2pt]\n&= 3.\\tag{1}\n\\end{aligned}\n\\]", "3"],
    ["With this $2x = 6 \\implies x = 3$.", "x = 3"],
    [
      "Its inverse is $ \\left[\\begin{array}{cc}1 & 2 \\\\3 & 4\\end{array}\\right] $",
      "\\left[\\begin{array}{cc}1 & 2 \\\\3 & 4\\end{array}\\right]",
    ],
  ]);
  finds("number", [
    ["We found $x = 3$. The number of cows is 7.", "7"],
    ["We look at $x = 3$.\n\n**42**", "42"],
  ]);
});

Deno.test("dollar signs of prices delimit no mathematics", () => {
  finds("number", [
    ["The book is $5 and the pen is $6.", "$6"],
    ["First $20-$5=$15 in the purse", "$15"],
    ["The cost is \\$15.", "\\$15"],
    ["One has $3. Another one has $4 less", "$4"],
  ]);
  finds("phrase", [["Answer $ \\frac{1}{2} \\$ = \\frac{10}{9} $", "\\frac{1}{2} \\$ = \\frac{10}{9}"]]);
  finds("math", [["He paid $5 for $x$ of them, that is, for $x = 3$.", "x = 3"]]);
});

Deno.test("else the last number of plain text counts, with its expression", () => {
  finds("number", [
    ["the number is not 10 but 1,000.99€", "1,000.99€"],
    ["it's 1,000.99m²", "1,000.99m²"],
    ["Soucis : 2,74 $ a..", "2,74"],
    ["It is -3/4 of it", "-3/4"],
    ["It grew by 10% in all", "10%"],
    ["It takes 3.5e-4 seconds or so", "3.5e-4 seconds"],
    ["One finds x = 5 here", "x = 5"],
    ["The vertex is at (2, -3).", "(2, -3)"],
    ["The polynomial is x^3 - 2x + 1.", "x^3 - 2x + 1"],
    ["Solving gives x = 3 and y = 4.", "x = 3 and y = 4"],
    ["The domain is (-∞, 2) ∪ (2, ∞).", "(-∞, 2) ∪ (2, ∞)"],
    ["It takes 3 hours and 20 minutes.", "3 hours and 20 minutes"],
    ["It will take her 120/24 = 5 hours to read 120 pages.", "5 hours"],
    ["The sum of the digits is 7 (that is 3 + 4).", "7"],
    ["The sum of the digits is 7 (that is (3) + 4).", "7"],
    ["There were 7 of them, and he was the 3rd.", "7"],
    ["The train arrives at 3:45 PM.", "3:45"],
    ["答案是5", "5"],
    ["```\n42\n```", "42"],
  ]);
});

Deno.test("a short text is an answer as it stands, and is not cut to its last number", () => {
  finds(
    "whole",
    [
      "east",
      "(C)",
      "\\text{Navin}",
      "x^2+y^2=1",
      "2n+1",
      "(3, \\frac{\\pi}{2})",
      "3/4 and 1/2",
      "[-2, 7]",
      "(-\\infty,1]\\cup[10,+\\infty)",
      "180^\\circ",
      "52_8",
      "12:00",
      "p - q",
      "28 percent",
      "AZYUK2A",
      "1,000.99",
      "5 miles per hour",
      "12 in",
      "sqrt(3)/2",
      "x = 5, y = 7",
      "\\frac{1}{3} \\text{ meters}",
      "There are infinitely many solutions",
    ].map((text) => [text, text]),
  );
});

Deno.test("a text without an answer has none", () => {
  const silent = [
    "",
    "  \n\t ",
    "$$",
    "\\boxed{}",
    "...",
    "I do not know how to go on from here. ".repeat(4),
  ];
  assert.deepEqual(silent.map((text) => extractAnswer(text)).slice(0, 2), [null, null]);
  assert.equal(extractAnswer(silent.at(-1) ?? ""), null);
});

Deno.test("the number of a step is no answer, and announcing words in a box are no part of one", () => {
  for (
    const text of ["Step 3: done.", "**Step 3:** Done.", "### Step 3: done.", "First this.\nStep 3 is done."]
  ) {
    assert.equal(extractAnswer(text), null, text);
  }
  assert.equal(extractAnswer("It is 4.\nStep 3: done.")?.text, "4");
  assert.equal(extractAnswer("Step 3: we get 5.")?.text, "5");
  for (const box of ["\\text{The answer is } 5", "\\text{Answer: }5", "The answer is 5"]) {
    assert.deepEqual(extractAnswer(`\\boxed{${box}}`), { text: "5", how: "boxed" }, box);
  }
});

Deno.test("what stands in the turns of others does not count", () => {
  finds("number", [["It is 5.<|im_end|>\n<|im_start|>user\nAnd \\boxed{9}?", "5"]]);
  finds("phrase", [
    ["The answer is 5.\nUser: what is 7?", "5"],
    ["The answer is 5.\n\nQuestion: What is 2 + 2?\nThe answer is 4.", "5"],
    ["The answer is 5</s> 6", "5"],
  ]);
  finds("boxed", [
    ["<|im_start|>assistant\n\\boxed{7}<|eot_id|>\\boxed{8}", "7"],
    ["Question: What is 2 + 2?\nAnswer: \\boxed{4}", "4"],
  ]);
});

Deno.test("what is said after thinking goes before it; thinking counts if nothing was said", () => {
  finds("boxed", [
    ["<think>Maybe \\boxed{3}.</think>The answer is \\boxed{4}.", "4"],
    ["<think>So it is \\boxed{3}.</think>", "3"],
    ["<think>So it is \\boxed{3}.</think>\nI hope that this helps.", "3"],
    ["<think>I get \\boxed{3}, hm", "3"],
  ]);
  finds("phrase", [["<think>Maybe \\boxed{3}.</think>The answer is 4.", "4"]]);
  finds("whole", [["<think>Maybe \\boxed{3}.</think>east", "east"]]);
});

Deno.test("known-good answers keep all that belongs to them", () => {
  const cases: [gold: string, answer: string][] = [
    ["72", "72"],
    ["$1$ and $2$ and $3$", "1 and 2 and 3"],
    ["$21,16$ or $11$", "21,16 or 11"],
    ["\\(\\boxed{1}\\) and \\(\\boxed{-2}\\).", "1, -2"],
    ["$(11,7)or(7,11)$", "(11,7) or (7,11)"],
    ["$\\boxed{[-2, 7]}$", "[-2, 7]"],
    ["$125$ miles", "125 miles"],
    ["5 apples", "5 apples"],
    ["Evelyn", "Evelyn"],
    ["$\\text{The midpoints form a regular hexagon}$", "\\text{The midpoints form a regular hexagon}"],
    ["Each has 9 * 2 = $<<9*2=18>>18 a day.\n#### 18", "18"],
    ["So the answer is: \\[ \\boxed{32349} \\]", "32349"],
    ["Setting $x = 0$ we get $f(0) = -1$. The answer is $f(x) = x - 1$.", "f(x) = x - 1"],
    ["", ""],
  ];
  assert.deepEqual(cases.map(([gold]) => [gold, goldAnswer(gold)]), cases);
});
