import assert from "node:assert/strict";
import * as fc from "fast-check";
import { limitsOf } from "../../../../lib/domain/sandbox/limits.ts";
import { readReport } from "../../../../lib/domain/sandbox/read_report.ts";
import type { SandboxReport } from "../../../../lib/domain/mod.ts";
import type { Supervised } from "../../../../lib/domain/sandbox/supervised.ts";

const mark = "mark-of-the-report";
const limits = limitsOf({ seconds: 3, cpuSeconds: 5, memory: 64, output: 1000, processes: 2 });
const read = (supervised: Partial<Supervised>): SandboxReport =>
  readReport({ end: "itself", output: "", errors: "", ...supervised }, mark, limits, ["a layer"]);
const line = (content: unknown): string => `\n${mark}${JSON.stringify(content)}\n`;

Deno.test("readReport() gives the value, and what was printed before it", () => {
  assert.deepEqual(read({ output: `printed${line({ value: [1] })}` }), {
    outcome: "done",
    value: [1],
    message: "",
    output: "printed",
    layers: ["a layer"],
  });
});

Deno.test("readReport() gives the message of a failure, cut", () => {
  const { outcome, value, message } = read({ output: line({ failed: "x".repeat(9000) }) });
  assert.deepEqual([outcome, value, message.length], ["failed", null, 2000]);
});

Deno.test("readReport() believes the last marked line alone", () => {
  assert.equal(read({ output: `\n{"value":1}\n${line({ value: 2 })}${line({ value: 3 })}` }).value, 3);
  assert.equal(read({ output: '\n{"value":1}\n' }).outcome, "died");
});

Deno.test("readReport() names the limit that was gone over, whatever the program says", () => {
  const expected = [
    ["time", "The program took more than 3 s and was ended"],
    ["memory", "The program held more than 64 MiB and was ended"],
    ["output", "The program printed or returned more than 1000 bytes and was ended"],
    ["processes", "The program had more than 2 processes and was ended"],
  ] as const;
  for (const [end, sentence] of expected) {
    const { outcome, value, message } = read({ end, output: line({ value: "forged" }) });
    assert.deepEqual([outcome, value, message], [end, null, sentence]);
  }
});

Deno.test("readReport() tells a full heap by what V8 says at its end, and only then", () => {
  const errors = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory";
  const { outcome, output } = read({ end: "signal", errors });
  assert.deepEqual([outcome, output], ["memory", ""]);
  assert.equal(read({ end: "itself", errors, output: line({ value: 1 }) }).outcome, "done");
});

Deno.test("readReport() says that a program was stopped, not started or gone", () => {
  for (const end of ["stopped", "not started", "signal", "itself"] as const) {
    const { outcome, value, message } = read({ end });
    assert.deepEqual([outcome, value], ["died", null]);
    assert.match(message, /^The program /);
  }
});

Deno.test("readReport() keeps its form when the output is hostile", () => {
  const pieces = fc.oneof(
    fc.string(),
    fc.constant(`\n${mark}`),
    fc.json().map((text) => `\n${mark}${text}\n`),
    fc.record(
      { value: fc.jsonValue(), failed: fc.jsonValue(), over: fc.jsonValue(), output: fc.jsonValue() },
      {
        requiredKeys: [],
      },
    ).map(line),
    fc.constantFrom("value", "failed", "over", "output").map((name) =>
      `\n${mark}{"${name}":{"__proto__":1}}\n`
    ),
  );
  const end = fc.constantFrom<Supervised["end"]>(
    "itself",
    "time",
    "memory",
    "output",
    "processes",
    "stopped",
    "signal",
  );
  fc.assert(fc.property(fc.array(pieces), fc.string(), end, (parts, errors, end) => {
    const { outcome, value, message, output } = read({ end, output: parts.join(""), errors });
    assert.ok(["done", "failed", "time", "memory", "output", "processes", "died"].includes(outcome));
    assert.ok(message.length <= 2000 && output.length <= 4000);
    if (outcome !== "done") assert.equal(value, null);
    if (outcome === "done") assert.equal(message, "");
    if (end !== "itself" && end !== "signal" && end !== "stopped") assert.equal(outcome, end);
    if (end === "itself" && outcome === "memory") assert.fail("no limit was gone over");
  }));
});
