/** The notebooks on their kernel, headless, and the queries that they share with `deno task sql`. */
import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import type { Json } from "exitlab/lib/json.ts";
import { openRuns } from "exitlab/lib/metrics/reader.ts";
import { runs } from "exitlab/notebook";
import { exitCodes } from "../../runners/cli/command.ts";
import { sqlCommand } from "../../runners/cli/sql.ts";
import { captured } from "../support/captured.ts";
import { filesBelow } from "../support/sql_misuse.ts";
import { type Cell, type Notebook, readNotebook } from "../support/notebook.ts";
import { inFolder } from "../lib/metrics/fabricate.ts";

const folder = "notebooks";
const example = `${folder}/example_runs`;
const names = ["compare_curricula", "task_space", "rollouts"];

/** The queries of the files, by name, without the comment at their top. */
async function queries(): Promise<Map<string, { readonly question: string; readonly sql: string }>> {
  const found = new Map<string, { readonly question: string; readonly sql: string }>();
  for await (const { name } of Deno.readDir(`${folder}/queries`)) {
    const text = await Deno.readTextFile(`${folder}/queries/${name}`);
    const [question = ""] = text.split("\n");
    found.set(name, { question, sql: text.replace(/^(--[^\n]*\n)+/, "").trim() });
  }
  return found;
}

/** The queries of a cell, as they stand between the backticks. */
function queriesOf(cell: Cell): string[] {
  return [...cell.source.matchAll(/\bsql`([^`]*)`/g)].map(([, sql = ""]) => sql.trim());
}

Deno.test("each file of queries says what it answers, and answers it on the example", async () => {
  const reader = await openRuns(example);
  try {
    for (const [name, { question, sql }] of await queries()) {
      assert.match(question, /^-- [A-Z].*[?.]( |$)/, name);
      const { rows } = await reader.query(sql);
      assert.ok(rows.length > 0, name);
    }
  } finally {
    reader.close();
  }
});

Deno.test("deno task sql -f answers what the notebook asks", async () => {
  const { code, out } = await captured(
    sqlCommand,
    ...["-f", `${folder}/queries/equal_tokens.sql`, "--format=json", `--runs=${example}`],
  );
  assert.equal(code, exitCodes.success);
  const { file, close } = await runs(example);
  assert.deepEqual(JSON.parse(out), (await file(`${folder}/queries/equal_tokens.sql`)).objects());
  close();
});

Deno.test("the notebooks ask the questions of the files, in the same words", async () => {
  const asked = new Set<string>();
  for (const name of names) {
    for (const cell of (await readNotebook(`${folder}/${name}.ipynb`)).cells) {
      for (const sql of queriesOf(cell)) asked.add(sql);
    }
  }
  for (const [name, { sql }] of await queries()) {
    assert.ok(asked.has(sql), `${name} is in no notebook as it is`);
  }
});

Deno.test("notebooks are kept without outputs", async () => {
  for (const name of names) {
    for (const cell of (await readNotebook(`${folder}/${name}.ipynb`)).cells) {
      assert.deepEqual([cell.outputs, cell.executionCount], [[], null], name);
    }
  }
});

Deno.test("the example is small, and nothing but tables", async () => {
  const kept = (await filesBelow(example)).filter((file) => file.includes(".parquet "));
  const bytes = kept.reduce((sum, file) => sum + Number(file.split(" ").at(-1)), 0);
  assert.ok(kept.length === 6 * 9 && bytes < 400_000, `${kept.length} files of ${bytes} bytes`);
});

/** What executes notebooks; `undefined` where it is not installed. */
const jupyter = (Deno.env.get("PATH") ?? "").split(":").map((path) => `${path}/jupyter-nbconvert`)
  .find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });

/** Executes all notebooks in one process, with a kernel that is known to it alone. */
async function execute(out: string): Promise<Map<string, Notebook>> {
  const kernel = {
    argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
    "display_name": "Deno",
    language: "typescript",
  };
  await Deno.mkdir(`${out}/kernels/deno`, { recursive: true });
  await Deno.writeTextFile(`${out}/kernels/deno/kernel.json`, JSON.stringify(kernel));
  const { success, stderr } = await new Deno.Command(jupyter ?? "", {
    args: [
      ...["--to", "notebook", "--execute", "--allow-errors", "--output-dir", `${out}/executed`],
      ...names.map((name) => `${folder}/${name}.ipynb`),
    ],
    env: {
      ...{ JUPYTER_PATH: out, JUPYTER_DATA_DIR: `${out}/data`, JUPYTER_CONFIG_DIR: `${out}/config` },
      ...{ JUPYTER_RUNTIME_DIR: `${out}/runtime`, IPYTHONDIR: `${out}/ipython` },
    },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const read = names.map(async (name) =>
    [name, await readNotebook(`${out}/executed/${name}.ipynb`)] as const
  );
  return new Map(await Promise.all(read));
}

/** The cells of a table, row by row. */
function cellsOf(markup: string): string[][] {
  const { document } = parseHTML(`<html><body>${markup}</body></html>`);
  return [...document.querySelectorAll("tbody tr")].map((row) =>
    [...row.querySelectorAll("td")].map(({ textContent }) => textContent ?? "")
  );
}

/** Whether a cell shows a value, numbers to four significant places. */
function shows(text: string | undefined, value: Json): boolean {
  if (value === null) return text === "";
  if (typeof value !== "number") return text === String(value);
  return text !== "" && Math.abs(Number(text) - value) <= 0.0005 * Math.abs(value) + 1e-12;
}

Deno.test({
  name: "the notebooks run on the Deno kernel: no error, tables as SQL has them, pictures with marks",
  ignore: jupyter === undefined,
  fn: () =>
    inFolder(async (out) => {
      const executed = await execute(out);
      const reader = await openRuns(example);
      const files = [...(await queries()).values()].map(({ sql }) => sql);
      const compared = new Set<string>();
      let pictures = 0;
      try {
        for (const [name, { cells }] of executed) {
          for (const [at, { source, outputs }] of cells.entries()) {
            const where = `${name}, cell ${at}: ${source.slice(0, 80)}`;
            assert.deepEqual(outputs.flatMap(({ error }) => error ?? []), [], where);
            const shown = [...source.matchAll(/await show\(/g)].length;
            assert.equal(outputs.length, shown, where);
            for (const { data } of outputs) {
              const svg = data["image/svg+xml"];
              if (svg === undefined) continue;
              pictures++;
              assert.match(svg, /<(path|circle|rect)\b/, where);
              assert.match(svg, /<title>[^<]+<\/title><desc>[^<]+<\/desc>/, where);
            }
            const [sql] = queriesOf(cell(source));
            const markup = outputs[0]?.data["text/html"];
            if (sql === undefined || !files.includes(sql) || markup === undefined) continue;
            const { rows } = await reader.query(sql);
            const cellsShown = cellsOf(markup);
            assert.equal(cellsShown.length, rows.length, where);
            for (const [line, row] of rows.entries()) {
              for (const [column, value] of row.entries()) {
                const text = cellsShown[line]?.[column];
                assert.ok(shows(text, value), `${where}: row ${line} shows ${text} for ${String(value)}`);
              }
            }
            compared.add(sql);
          }
        }
      } finally {
        reader.close();
      }
      assert.ok(compared.size >= 10 && pictures >= 10, `${compared.size} tables, ${pictures} pictures`);
    }),
});

/** A cell of which only the source counts. */
function cell(source: string): Cell {
  return { source, outputs: [], executionCount: null };
}
