/**
 * The kit's metrics, TF-IDF and column steps beside scikit-learn's: recorded answers always, live ones where `python3`
 * has it.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { assertSame, type Case, kitAnswer, metricCases, stepCases, tfidfCases } from "./sklearn_cases.ts";

type Answered = Case & { expected: unknown };

const reference = fileURLToPath(new URL("sklearn_reference.py", import.meta.url));
const live = hasScikitLearn();

function hasScikitLearn(): boolean {
  try {
    execFileSync("python3", ["-c", "import sklearn"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function ask(cases: readonly Case[]): Answered[] {
  const output = execFileSync("python3", ["-W", "ignore", reference], {
    input: JSON.stringify(cases),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  return JSON.parse(output);
}

function recorded(name: string): Answered[] {
  const text = Deno.readTextFileSync(new URL(`golden/data_${name}.json`, import.meta.url));
  const { cases }: { cases: Answered[] } = JSON.parse(text);
  return cases;
}

function check(cases: readonly Answered[]): void {
  for (const [at, each] of cases.entries()) {
    const name = "metric" in each ? each.metric : "step" in each ? each.step : JSON.stringify(each.options);
    assertSame(kitAnswer(each), each.expected, `case ${at}, ${name}`);
  }
}

for (const name of ["metrics", "tfidf", "steps"]) {
  Deno.test(`mlkit gives the answers recorded from scikit-learn: ${name}`, () => check(recorded(name)));
}

Deno.test({
  name: "mlkit gives the answers of scikit-learn itself (ignored where python3 has none)",
  ignore: !live,
  fn() {
    const drawn = [11, 12, 13].flatMap((seed) => [
      ...metricCases(seed, 200),
      ...tfidfCases(seed, 150),
      ...stepCases(seed, 60),
    ]);
    const golden = ["metrics", "tfidf", "steps"].flatMap(recorded);
    check(ask([...drawn, ...golden]));
  },
});
