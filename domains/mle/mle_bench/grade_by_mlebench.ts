import { isJsonObject, type Json, sandboxPrograms, UserError } from "../../../lib/domain/mod.ts";

/** What MLE-bench says of a submission: its score, if it has one. */
export type BenchGrade =
  | { readonly ok: true; readonly score: number; readonly medal: "gold" | "silver" | "bronze" | null }
  | { readonly ok: false; readonly message: string };

/** Keeps the submission in a file as long as it is graded. */
const script = `
file=$(mktemp -d)/submission.csv || exit 1
trap 'rm -rf "$(dirname "$file")"' EXIT
cat > "$file"
command -v mlebench >/dev/null || { echo "mlebench is not installed" >&2; exit 127; }
mlebench grade-sample "$file" "$1" --data-dir "$2" 2>&1`;

/**
 * Grades a submission by the installed `mlebench grade-sample`, which is started through a shell.
 *
 * @param text A CSV file.
 * @param id The competition's.
 * @param data The data folder.
 * @throws {UserError} If it gives no report: it is not installed, or the competition not prepared. No program is to blame.
 */
export async function gradeByMlebench(text: string, id: string, data: string): Promise<BenchGrade> {
  const child = new Deno.Command(sandboxPrograms[0] ?? "/bin/sh", {
    args: ["-c", script, "grade", id, data],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const [{ stdout, stderr }] = await Promise.all([
    child.output(),
    writer.write(new TextEncoder().encode(text)).then(() => writer.close()).catch(() => {}),
  ]);
  const [said, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  const report = lastObject(said ?? "");
  if (!isJsonObject(report)) {
    const last = `${said}${errors}`.trim().split("\n").at(-1) ?? "";
    throw new UserError(
      `Expected a report of mlebench grade-sample ${id} but found none; it said: ${last.slice(0, 300)}`,
    );
  }
  const { score } = report;
  if (typeof score !== "number") return { ok: false, message: "mlebench found the submission invalid" };
  const medals = ["gold", "silver", "bronze"] as const;
  return { ok: true, score, medal: medals.find((medal) => report[`${medal}_medal`] === true) ?? null };
}

/** The JSON object that ends a log. */
function lastObject(text: string): Json {
  for (let at = text.indexOf("{"); at >= 0; at = text.indexOf("{", at + 1)) {
    try {
      // Python writes what is no number as NaN, which JSON has not.
      return JSON.parse(text.slice(at, text.lastIndexOf("}") + 1).replaceAll(/: NaN\b/g, ": null"));
    } catch {
      // A line of the log may have a brace too.
    }
  }
  return null;
}
