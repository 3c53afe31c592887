import assert from "node:assert/strict";
import { join } from "node:path";
import * as fc from "fast-check";
import { openDatabase, quote } from "exitlab/lib/database.ts";
import { readTable, type TableLimits } from "exitlab/lib/domain/read_table.ts";
import { UserError } from "exitlab/lib/errors.ts";
import type { Json, JsonObject } from "exitlab/lib/json.ts";

/** A folder for the length of a test. */
async function inFolder(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await act(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Reads a file of this name and content. */
async function readText(
  folder: string,
  name: string,
  content: string | Uint8Array,
  columns: readonly string[],
  limits?: TableLimits,
): Promise<JsonObject[]> {
  const path = join(folder, name);
  await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
  return await readTable(path, columns, limits);
}

Deno.test("readTable() reads JSON lines as they are", async () => {
  await inFolder(async (folder) => {
    const lines = [
      { q: 'What is "2"?', a: "2024-01-01", list: ["1", "2"], extra: true },
      { q: "Zwölf 🧩\n$\\frac12$", a: 0.1, list: [] },
      { a: null, q: "three", nested: { x: [1] } },
    ];
    const text = lines.map((line) => JSON.stringify(line)).join("\n\n") + "\n";
    for (const name of ["a.jsonl", "a.ndjson", "A.JSONL"]) {
      assert.deepEqual(await readText(folder, name, text, ["a", "q", "list", "nested"]), [
        { a: "2024-01-01", q: 'What is "2"?', list: ["1", "2"], nested: null },
        { a: 0.1, q: "Zwölf 🧩\n$\\frac12$", list: [], nested: null },
        { a: null, q: "three", list: null, nested: { x: [1] } },
      ]);
    }
  });
});

Deno.test("readTable() reads a list of objects, or objects on lines, from .json", async () => {
  await inFolder(async (folder) => {
    const rows = [{ q: "one", a: 1 }, { q: "two", a: 2 }];
    assert.deepEqual(await readText(folder, "a.json", JSON.stringify(rows, null, 4), ["q", "a"]), rows);
    assert.deepEqual(
      await readText(folder, "b.json", rows.map((row) => JSON.stringify(row)).join("\n"), ["q", "a"]),
      rows,
    );
    await assert.rejects(
      readText(folder, "c.json", '{"data": [{"q": 1}]}', ["q"]),
      /has no column "q" \(It has data\)/,
    );
    await assert.rejects(
      readText(folder, "d.json", '[{"q": 1}, 2]', ["q"]),
      /Expected row 2 of ".*d\.json" to be an object/,
    );
    await assert.rejects(
      readText(folder, "e.json", '[{"q": 1}', ["q"]),
      /to be a list of JSON objects but it is no JSON/,
    );
  });
});

Deno.test("readTable() leaves an integer as it is written where JavaScript cannot hold it", async () => {
  await inFolder(async (folder) => {
    const text =
      '{"a": 12345678901234567890}\n{"a": 2.50}\n{"a": -7}\n{"a": 72.0}\n{"a": 0.1234567890123456789}\n{"a": 1e3}\n{"a": "007"}';
    assert.deepEqual((await readText(folder, "a.jsonl", text, ["a"])).map(({ a }) => a), [
      "12345678901234567890",
      2.5,
      -7,
      72,
      0.12345678901234568,
      1000,
      "007",
    ]);
  });
});

Deno.test("readTable() reads CSV and tab separated values as text, and guesses nothing", async () => {
  await inFolder(async (folder) => {
    const csv =
      '\ufeff"q, long",a,b\r\n"He said ""no"",\nthen left",007,\r\n2024-01-01,1e3,NA\r\n# no comment,true,"null"\r\n';
    assert.deepEqual(await readText(folder, "a.csv", csv, ["q, long", "a", "b"]), [
      { "q, long": 'He said "no",\nthen left', a: "007", b: null },
      { "q, long": "2024-01-01", a: "1e3", b: "NA" },
      { "q, long": "# no comment", a: "true", b: "null" },
    ]);
    assert.deepEqual(await readText(folder, "a.tsv", "q\ta\nx, y\t3\n", ["a", "q"]), [{ a: "3", q: "x, y" }]);
    const long = "x".repeat(3_000_000);
    assert.deepEqual(await readText(folder, "b.csv", `q,a\n${long},1\n`, ["a"]), [{ a: "1" }]);
  });
});

Deno.test("readTable() refuses CSV that does not fit together, with the line", async () => {
  await inFolder(async (folder) => {
    const many = Array.from({ length: 30_000 }, (_, index) => `${index},${index}`).join("\n");
    const refused: [string | Uint8Array, RegExp][] = [
      [
        "q,a\nx,1\ny,1,2,3\n",
        /Cannot read line 3 of ".*\.csv": it has 3 values for 2 columns|it has 4 values for 2 columns/,
      ],
      ["q,a\nx\ny,1\n", /Cannot read line 2 of ".*\.csv": it has 1 values for 2 columns/],
      [`q,a\n${many}\nlast\n`, /Cannot read line 30002 of ".*\.csv": it has 1 values for 2 columns/],
      ['q,a\n"x,1\ny,2\n', /Cannot read line 2 of ".*\.csv": a quote is not closed/],
      [
        new Uint8Array([113, 44, 97, 10, 0xe9, 44, 49, 10]),
        /Cannot read line 2 of ".*\.csv": it is not UTF-8/,
      ],
      ["q;a\nx;1\n", /has no column "q" \(It has q;a\)/],
      ["q,q\n1,2\n", /the first line of ".*" to name its columns, each by another name, but found "q" twice/],
      ["q,\n1,2\n", /but found an empty name/],
      ["", /Expected rows in ".*" but it is empty/],
      ["q,a\n", /Expected rows in ".*" but found none/],
    ];
    for (const [at, [content, message]] of refused.entries()) {
      await assert.rejects(readText(folder, `${at}.csv`, content, ["q"]), (error) => {
        assert(error instanceof UserError, String(error));
        assert.match(error.message, message);
        return true;
      });
    }
  });
});

Deno.test("readTable() reads Parquet of any types", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "a.parquet");
    const { connection, close } = await openDatabase(":memory:", {});
    await connection.run(
      `copy (select 'x "y"' as q, 27.0::double as a, [null, '1,2'] as list, 9007199254740993 as big, 1.50::decimal(9, 2) as d,
        date '2024-01-02' as day, {'k': [1]} as struct, null::int as none, 'nan'::double as nan) to ${
        quote(path)
      } (format parquet)`,
    );
    close();
    const columns = ["q", "a", "list", "big", "d", "day", "struct", "none", "nan"];
    const [row] = await readTable(path, columns);
    assert.deepEqual({ ...row, nan: String(row?.nan).toLowerCase() }, {
      q: 'x "y"',
      a: 27,
      list: [null, "1,2"],
      big: "9007199254740993",
      d: 1.5,
      day: "2024-01-02",
      struct: { k: [1] },
      none: null,
      nan: "nan",
    });
    await Deno.writeTextFile(path, "PAR1 is not enough");
    await assert.rejects(readTable(path, ["q"]), /Expected ".*a\.parquet" to be Parquet but it is not/);
    await Deno.writeTextFile(path, "");
    await assert.rejects(readTable(path, ["q"]), /to be Parquet but it is not/);
  });
});

Deno.test("readTable() keeps the order of many rows", async () => {
  await inFolder(async (folder) => {
    const rows = Array.from({ length: 60_000 }, (_, index) => ({ index, text: "x".repeat(index % 50) }));
    const read = await readText(folder, "a.jsonl", rows.map((row) => JSON.stringify(row)).join("\n"), [
      "index",
    ]);
    assert(read.every(({ index }, at) => index === at));
    assert.equal(read.length, rows.length);
  });
});

Deno.test("readTable() gives back what JSON lines hold (property)", async () => {
  const cell: fc.Arbitrary<Json> = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.string(), { maxLength: 3 }),
  );
  const name = fc.string({ unit: fc.constantFrom(..."ab/~'\"$.* "), minLength: 1, maxLength: 5 });
  await inFolder(async (folder) => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
        fc.array(cell, { minLength: 1 }),
        async (names, cells) => {
          const rows = cells.map((value) => Object.fromEntries(names.map((column) => [column, value])));
          const text = rows.map((row) => JSON.stringify(row)).join("\n");
          assert.deepEqual(await readText(folder, "a.jsonl", text, names), rows);
        },
      ),
      { numRuns: 60 },
    );
  });
});

Deno.test("readTable() takes a path as it is, not as a pattern", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "ab.csv"), "q\nother\n");
    for (const name of ["a[bc].csv", "a*.csv", "a?.csv", "it's.csv", "a {1}.csv", "ü.csv"]) {
      assert.deepEqual(await readText(folder, name, "q\nmine\n", ["q"]), [{ q: "mine" }], name);
    }
    await Deno.symlink(join(folder, "a*.csv"), join(folder, "link.csv"));
    assert.deepEqual(await readTable(join(folder, "link.csv"), ["q"]), [{ q: "mine" }]);
  });
});

Deno.test("readTable() says what is wrong with a path", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "d.csv"));
    await Deno.writeTextFile(join(folder, "a.txt"), "q\n1\n");
    const refused: [string, RegExp][] = [
      ["none.csv", /Cannot find the table ".*none\.csv" \(looked in .*\)/],
      ["a.txt/b.csv", /Cannot find the table/],
      ["d.csv", /Expected ".*d\.csv" to be a file but found a folder/],
      [
        "a.txt",
        /Expected a table \(\.jsonl, \.ndjson, \.json, \.csv, \.tsv or \.parquet\) but found ".*a\.txt"/,
      ],
    ];
    for (const [name, message] of refused) {
      await assert.rejects(readTable(join(folder, name), ["q"]), message, name);
    }
    await assert.rejects(readText(folder, "a.jsonl", '{"q":1}\n{"q": oops}\n', ["q"]), /but line 2 is not/);
    await assert.rejects(readText(folder, "b.jsonl", "\n\n", ["q"]), /Expected rows in ".*" but found none/);
    await assert.rejects(
      readText(folder, "c.jsonl", '{"q":1}\n[1]\n', ["q"]),
      /Expected row 2 of ".*" to be an object/,
    );
    await assert.rejects(
      readText(folder, "e.jsonl", '{"question":1,"answer":2}\n', ["anwser"]),
      /has no column "anwser" \(Did you mean "answer"\? It has answer, question\)/,
    );
    const names = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`c\x1b${at}`, 1]));
    await assert.rejects(
      readText(folder, "h.jsonl", JSON.stringify(names), ["q"]),
      /has no column "q" \(It has c·0, c·1, .* and 70 more\)$/,
    );
    await assert.rejects(
      readText(folder, "f.jsonl", '{"q":1}\n{"q":2}\n{"q":3}\n', ["q"], { rows: 2 }),
      /to have at most 2 rows but found more/,
    );
    await assert.rejects(
      readText(folder, "g.jsonl", `{"q":"${"x".repeat(3_000_000)}"}`, ["q"], { bytes: 2 ** 20 }),
      /to have at most 1 MiB but it has 3 MiB/,
    );
  });
});

Deno.test("readTable() reads nothing that Deno's permissions do not allow", async () => {
  await inFolder(async (folder) => {
    const outside = join(folder, "outside");
    const inside = join(folder, "inside");
    await Deno.mkdir(outside);
    await Deno.mkdir(inside);
    await Deno.writeTextFile(join(outside, "secret.csv"), "q\nsecret\n");
    await Deno.symlink(join(outside, "secret.csv"), join(inside, "link.csv"));
    await Deno.writeTextFile(join(inside, "mine.csv"), "q\nmine\n");
    const root = new URL("../../..", import.meta.url).pathname;
    const script = join(folder, "read.ts");
    await Deno.writeTextFile(
      script,
      `import { readTable } from "exitlab/domain";
       for (const path of Deno.args) await readTable(path, ["q"]).then(
         (rows) => console.log(JSON.stringify(rows)),
         (error) => console.log(error.name + ": " + error.message));`,
    );
    const run = async (allow: string[], ...paths: string[]): Promise<string[]> => {
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "--no-prompt", `--config=${root}deno.json`, ...allow, script, ...paths],
      }).output();
      return new TextDecoder().decode(stdout).trim().split("\n");
    };
    const read = `--allow-read=${inside},${root}`;
    const [mine = "", direct = "", link = ""] = await run(
      [read, "--allow-ffi"],
      join(inside, "mine.csv"),
      join(outside, "secret.csv"),
      join(inside, "link.csv"),
    );
    assert.deepEqual(JSON.parse(mine), [{ q: "mine" }]);
    assert.match(direct, /^UserError: No permission to read the table ".*secret\.csv"; keep it below/);
    assert.match(link, /^UserError: No permission to read the table ".*link\.csv"/);
    const [without = ""] = await run([read], join(inside, "mine.csv"));
    assert.match(
      without,
      /^UserError: Reading ".*mine\.csv" needs DuckDB, which is native code: add --allow-ffi/,
    );
  });
});
