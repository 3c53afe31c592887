import assert from "node:assert/strict";
import { runCommand } from "../../../runners/cli/command.ts";
import { sqlCommand } from "../../../runners/cli/sql.ts";
import { formatCsv, formatJson, formatTable } from "../../../runners/cli/sql_format.ts";
import { besideSecret, filesBelow, misuses } from "../../support/sql_misuse.ts";
import { batch, begin, inFolder } from "../../lib/metrics/fabricate.ts";

/** What the command writes to standard output and standard error, and its exit code. */
async function sql(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: "", err: "" };
  const [stdout, stderr] = [Deno.stdout.writeSync, Deno.stderr.writeSync];
  const decoder = new TextDecoder();
  Deno.stdout.writeSync = (bytes) => (written.out += decoder.decode(bytes), bytes.length);
  Deno.stderr.writeSync = (bytes) => (written.err += decoder.decode(bytes), bytes.length);
  try {
    return { code: await runCommand(sqlCommand, args), ...written };
  } finally {
    [Deno.stdout.writeSync, Deno.stderr.writeSync] = [stdout, stderr];
  }
}

function withRun(work: (runs: string) => Promise<void>): Promise<void> {
  return inFolder(async (runs) => {
    const store = await begin(runs, "one");
    await store.write(batch(1));
    await store.write(batch(2));
    await store.finish("finished");
    await work(runs);
  });
}

Deno.test("sql prints an aligned table, and counts rows", () =>
  withRun(async (runs) => {
    const query = "select arm, iteration, reward, iteration = 1 as first from steps";
    assert.deepEqual(await sql(query, "--runs", runs), {
      code: 0,
      out: [
        "arm   iteration  reward  first",
        "----  ---------  ------  -----",
        "exit          1  0.1429  true",
        "exit          2  0.2857  false",
        "(2 rows)\n",
      ].join("\n"),
      err: "",
    });
  }));

Deno.test("sql prints JSON and CSV, and takes words without quotes", () =>
  withRun(async (runs) => {
    const json = await sql("from", "steps", "select", "iteration", "--format", "json", "--runs", runs);
    assert.deepEqual(JSON.parse(json.out), [{ iteration: 1 }, { iteration: 2 }]);
    const csv = await sql(
      "select iteration, kind from steps left join events using (iteration)",
      "--format=csv",
      "--runs",
      runs,
    );
    assert.equal(csv.out, "iteration,kind\r\n1,\r\n2,\n");
  }));

Deno.test("sql reads the query from a file", () =>
  withRun(async (runs) => {
    await Deno.writeTextFile(`${runs}/query.sql`, "-- the last\nselect max(iteration) as last from steps;\n");
    const { out, code } = await sql("--file", `${runs}/query.sql`, "--format", "json", "--runs", runs);
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(out), [{ last: 2 }]);
  }));

Deno.test("sql --tables lists every table and view with its columns", () =>
  inFolder(async (runs) => {
    const { out } = await sql("--tables", "--runs", runs);
    for (const line of ["evaluations: ", "  step integer", "curves: ", "  solved_se double", "arms: "]) {
      assert.ok(out.split("\n").some((found) => found.startsWith(line)), line);
    }
  }));

Deno.test("sql says that there are no runs yet, and still answers", () =>
  inFolder(async (runs) => {
    const { code, out, err } = await sql("from curves", "--format", "json", "--runs", `${runs}/none`);
    assert.deepEqual({ code, out }, { code: 0, out: "[]\n" });
    assert.match(
      err,
      /^There are no runs in ".*none" yet, so all tables are empty; deno task run makes some\n$/,
    );
  }));

Deno.test("sql warns of a damaged run and answers for the others", () =>
  withRun(async (runs) => {
    await Deno.mkdir(`${runs}/two`);
    await Deno.writeTextFile(`${runs}/two/events.jsonl`, "?\n");
    const { code, out, err } = await sql("select count(*) n from steps", "--format", "csv", "--runs", runs);
    assert.deepEqual({ code, out }, { code: 0, out: "n\r\n2\n" });
    assert.match(err, /^warning: Run folder "two" is left out: line 1 of events.jsonl is damaged\n$/);
  }));

Deno.test("sql answers a user's mistake with one sentence and exit code 2", () =>
  withRun(async (runs) => {
    const mistakes: [string[], RegExp][] = [
      [
        [],
        /Expected a query, such as deno task sql "from curves where step = 16"; there are runs, steps, .* arms/,
      ],
      [["from curves", "--format", "xml"], /Expected --format to be table, json or csv but found "xml"/],
      [["from curvs"], /The query failed: Catalog Error: Table with name curvs does not exist!/],
      [["from curves", "--file", "x.sql"], /Expected a query or --file but found both/],
      [["--file", `${runs}/none.sql`], /Found no file ".*none.sql" for --file/],
      [["--file", runs], /Expected a file for --file but found the folder ".*"/],
      [["from curves", "--fromat", "csv"], /did you mean --format\?/],
      [["copy steps to 'steps.csv'"], /./],
    ];
    for (const [args, message] of mistakes) {
      const { code, out, err } = await sql(...args, "--runs", runs);
      assert.deepEqual({ code, out }, { code: 2, out: "" }, args.join(" "));
      assert.match(err, message);
      assert.equal(err.split("\n").length, 2, err);
    }
  }));

Deno.test("sql cannot write, attach, or read outside of the folder of runs", () =>
  besideSecret(async (folder, runs) => {
    const store = await begin(runs, "one");
    await store.write(batch(1));
    await store.finish("finished");
    const before = await filesBelow(folder);
    for (const statement of misuses(folder, runs)) {
      const { code, out } = await sql(statement, "--runs", runs);
      assert.deepEqual({ code, out }, { code: 2, out: "" }, statement);
    }
    assert.deepEqual(await filesBelow(folder), before);
  }));

const odd = {
  columns: ["text", "n", "list"].map((name) => ({ name, type: "" })),
  rows: [['a,"b"\r\n\u001b[31m', 12345.678, [1, { a: null }]], ["é".repeat(70), null, null]],
};

Deno.test("formatTable() cuts long cells, keeps control characters from the terminal, shortens numbers", () => {
  const lines = formatTable(odd).split("\n");
  assert.equal(lines.length, 5);
  assert.match(lines[2] ?? "", /^a,"b"···\[31m +12346 {2}\[1,\{"a":null\}\]$/);
  assert.equal([...lines[3] ?? ""].filter((character) => character === "é").length, 59);
  assert.equal(formatTable({ columns: odd.columns, rows: [] }).split("\n").at(-1), "(0 rows)");
  const many = { columns: [{ name: "n", type: "" }], rows: Array.from({ length: 1500 }, (_, n) => [n]) };
  assert.equal(formatTable(many).split("\n").length, 1003);
  assert.match(formatTable(many), /\(1500 rows, the first 1000 shown; --format csv or json gives all\)$/);
});

Deno.test("formatTable() shows small and large numbers to four significant places", () => {
  const rows = [1 / 3, 1e-9 / 3, 2, -0.12345, 1234.5, 1e21].map((value) => [value]);
  assert.deepEqual(
    formatTable({ columns: [{ name: "x", type: "" }], rows }).split("\n").slice(2, -1).map((line) =>
      line.trim()
    ),
    [
      "0.3333",
      "3.333e-10",
      "2",
      "-0.1235",
      "1235",
      "1e+21",
    ],
  );
});

Deno.test("formatCsv() quotes as RFC 4180 has it", () => {
  assert.equal(
    formatCsv(odd),
    `text,n,list\r\n"a,""b""\r\n\u001b[31m",12345.678,"[1,{""a"":null}]"\r\n${"é".repeat(70)},,`,
  );
});

Deno.test("formatJson() gives back every value", () => {
  assert.deepEqual(JSON.parse(formatJson(odd))[0], {
    text: 'a,"b"\r\n\u001b[31m',
    n: 12345.678,
    list: [1, { a: null }],
  });
});
