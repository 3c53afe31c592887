/**
 * What it costs to run a program that nobody has read: the start of each kind of cell, and how many trivial solutions of
 * a competition are run and scored in a minute, two at a time.
 *
 * @module
 */
import { builtInCompetition } from "../domains/mle/competition/built_in.ts";
import { judgeProgram } from "../domains/mle/judge_program.ts";
import { type SandboxLanguage, SandboxPool } from "../lib/domain/mod.ts";
import { row } from "./row.ts";

const starts = 41;
const solutions = 200;

const nothing: Record<SandboxLanguage, string> = {
  typescript: "export default () => 1;",
  python: "open('working/submission.csv', 'w').write('1')",
};

/** Prints start times and the rate. */
export async function benchSandbox(): Promise<void> {
  for (
    const [language, bubblewrap] of [["typescript", false], ["typescript", true], ["python", true]] as const
  ) {
    await benchStart(language, bubblewrap);
  }
  await benchRate();
}

async function benchStart(language: SandboxLanguage, bubblewrap: boolean): Promise<void> {
  const name = `Sandbox, ${language}${bubblewrap ? ", bubblewrap" : ""}`;
  const pool = new SandboxPool({ bubblewrap });
  const layers = await pool.layers(language).catch((): readonly string[] => []);
  if (bubblewrap && !layers.includes("bubblewrap")) return row(name, "not measured", "no bubblewrap here");
  const times: number[] = [];
  for (let start = 0; start < starts; start++) {
    const began = performance.now();
    await pool.run({ language, code: nothing[language] });
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): string => `${(times[Math.floor(share * (starts - 1))] ?? NaN).toFixed(0)} ms`;
  row(
    `${name}: an empty program`,
    at(0.5),
    `median of ${starts}; nine tenths within ${at(0.9)}`,
  );
}

async function benchRate(): Promise<void> {
  const pool = new SandboxPool({ size: 2 });
  const competition = builtInCompetition("penguin-sex");
  const code = (share: number): string =>
    `import { readCsv } from "mlkit";
     export default ({ test }: { test: string }) => Array(readCsv(test).rows).fill(${share});`;
  const began = performance.now();
  const judged = await Promise.all(
    Array.from(
      { length: solutions },
      (_, at) =>
        judgeProgram(pool, competition, { language: "typescript", code: code(at / solutions) }, {
          seconds: 10,
          memory: 256,
        }),
    ),
  );
  const minutes = (performance.now() - began) / 60_000;
  const failed = judged.filter(({ scored }) => !scored.ok).length;
  row(
    `Sandbox, ${solutions} trivial solutions scored, two at a time`,
    `${(solutions / minutes).toFixed(0)} a minute`,
    `${(60 * minutes).toFixed(1)} s, ${failed} failed; mark 200 a minute`,
  );
}

if (import.meta.main) await benchSandbox();
