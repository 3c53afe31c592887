import { join } from "node:path";
import {
  type BenchCompetition,
  paperCompetitions,
} from "../../../../domains/mle/mle_bench/paper_competitions.ts";

/** How many hidden rows each has. */
export const hiddenRows = 40;

/** Writes a data folder of the shape that `mlebench prepare` makes, with tables made up here; every user may read it. */
export function prepareFixture(): string {
  const data = Deno.realPathSync(Deno.makeTempDirSync());
  Deno.chmodSync(data, 0o755);
  for (const rules of paperCompetitions) {
    const prepared = join(data, rules.id, "prepared");
    for (const folder of ["public", "private"]) Deno.mkdirSync(join(prepared, folder), { recursive: true });
    const rows = Array.from({ length: hiddenRows }, (_, row) => row);
    const header = [rules.idColumn, "word", ...rules.targets].join(",");
    const line = (row: number): string => [idOf(row), wordOf(row), ...answersOf(rules, row)].join(",");
    const write = (path: string, lines: readonly string[]): void =>
      Deno.writeTextFileSync(join(prepared, path), `${lines.join("\n")}\n`);
    write("public/description.md", [`# ${rules.id}`, "", "A table made up for tests."]);
    write("public/train.csv", [header, ...Array.from({ length: 60 }, (_, row) => line(row + 1000))]);
    write("public/test.csv", [`${rules.idColumn},word`, ...rows.map((row) => `${idOf(row)},${wordOf(row)}`)]);
    write("private/test.csv", [
      [rules.idColumn, ...rules.targets].join(","),
      ...rows.map((row) => [idOf(row), ...answersOf(rules, row)].join(",")),
    ]);
  }
  return data;
}

/** Ids come in no order. */
export function idOf(row: number): string {
  return `row-${(row * 7919) % 10007}`;
}

/** What there is to learn from: it tells the class of a row. */
function wordOf(row: number): string {
  return ["dark", "light", "grey"][row % 3] ?? "";
}

/** The true values of a row. */
export function answersOf({ metric, targets }: BenchCompetition, row: number): number[] {
  return targets.map((_, column) =>
    metric === "rmsle"
      ? (row % 3) + column
      : metric === "log-loss"
      ? Number(row % targets.length === column)
      : Number((row + column) % 3 === 0)
  );
}
