import assert from "node:assert/strict";
import fc from "fast-check";
import { openaiFormat, pythonFormat, tagsFormat, type ToolCall, type ToolFormat } from "exitlab/domain";
import { isJson, type Json } from "exitlab/lib/json.ts";
import { readExactJson, writeExactJson } from "exitlab/lib/domain/tool/exact_json.ts";

const formats = { tags: tagsFormat, openai: openaiFormat, python: pythonFormat } as const;

const names = fc.stringMatching(/^[a-z_][a-z0-9_]{0,12}$/);
/** Text that no call begins or ends within. */
const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }) },
  fc.constantFrom(
    "<TASK_FINISHED>",
    "<TASK_ERROR>",
    "<think>",
    "a </think> b",
    "<reasoning>",
    "</reasoning>",
    "```",
  ),
).filter((each) => !/<\/?tool/.test(each));
const plain: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => Object.is(value, -0) ? 0 : value),
    text,
    fc.array(tie("json"), { maxLength: 3 }),
    fc.dictionary(names, tie("json"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).json;
const calls: fc.Arbitrary<ToolCall[]> = fc.array(
  fc.record({
    name: names,
    arguments: fc.dictionary(names, plain, { maxKeys: 4, noNullPrototype: true }),
    positional: fc.constant<Json[]>([]),
  }, { noNullPrototype: true }),
  { minLength: 1, maxLength: 4 },
);

for (const [name, format] of Object.entries(formats)) {
  Deno.test(`${name}: what is written is read again`, () => {
    const { parse, write } = format();
    fc.assert(
      fc.property(calls, (each) => {
        assert.deepEqual(parse(write(each)), { calls: each, signal: null, problem: null });
      }),
      { numRuns: 500 },
    );
    assert.equal(parse(write([])).signal, "finished");
    assert.deepEqual(parse(write([])).calls, []);
  });

  Deno.test(`${name}: numbers keep their form where they must`, () => {
    const exact = format({ exact: true });
    const args = {
      whole: 100,
      float: { $float: "100" },
      large: { $int: "123456789012345678901" },
      part: 1.5,
    };
    const call = { name: "fill", arguments: args, positional: [] };
    assert.deepEqual(exact.parse(exact.write([call])).calls, [call]);
    assert.match(exact.write([call]), /100\.0/);
  });

  Deno.test(`${name}: any text is read, and gives plain calls or a reason`, () => {
    for (const exact of [false, true]) {
      const { parse } = format({ exact });
      fc.assert(
        fc.property(hostileText, (each) => {
          const reply = parse(each);
          assert(reply.calls.length > 0 || reply.signal !== null || reply.problem !== null);
          assert(reply.problem === null || reply.calls.length === 0);
          assert(isJson(JSON.parse(JSON.stringify(reply))));
        }),
        { numRuns: 500 },
      );
      for (const each of monsters) assert.doesNotThrow(() => parse(each));
    }
    assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
  });

  Deno.test(`${name}: a call that is only thought is none`, () => {
    const { parse, write } = format();
    const written = write([{ name: "rm", arguments: { path: "x" }, positional: [] }]);
    for (
      const thought of [
        `<think>${written}</think>`,
        `<think>${written}`,
        `${written}</think>`,
        `<reasoning>${written}</reasoning>`,
        `<think>a</think><think>${written}</think>`,
      ]
    ) assert.deepEqual(parse(thought).calls, [], thought);
    assert.equal(parse(`<think>shall I?</think>${written}`).calls.length, 1);
  });
}

/** Text made of what the formats look for. */
const hostileText = fc.array(
  fc.oneof(
    fc.constantFrom(
      "<tool>",
      "</tool>",
      "<tool_call>",
      "</tool_call>",
      "<think>",
      "</think>",
      "<TASK_FINISHED>",
      "<TASK_ERROR>",
      '{"name": "ls"',
      '"arguments": {',
      "}",
      "[",
      "]",
      "{",
      "(",
      ")",
      "ls(",
      "a=",
      ",",
      ";",
      "'",
      '"""',
      "\\",
      "#",
      "\n",
      "```python\n",
      "```",
      "1e999",
      "NaN",
      "None",
      "__proto__",
      "constructor",
      "0x",
      "1_0",
      "\u0000",
      "\ud800",
    ),
    fc.string({ unit: "binary", maxLength: 6 }),
  ),
  { maxLength: 20 },
).map((parts) => parts.join(""));

const deep = 100_000;
const monsters = [
  "x".repeat(10_000_000),
  "<tool>".repeat(500_000),
  "<think>".repeat(500_000),
  "</think>".repeat(500_000),
  `<tool>${"[".repeat(deep)}`,
  `<tool>${'{"a":'.repeat(deep)}1${"}".repeat(deep)}</tool>`,
  "[".repeat(deep),
  `f(${"(".repeat(deep)}`,
  `f(a=${"{1:".repeat(deep)}`,
  `f('${"\\x41".repeat(deep)}')`,
  `f(${"'a' ".repeat(deep)})`,
  `f()${" ".repeat(5_000_000)}`,
  `f()${";f()".repeat(200_000)}`,
  '{"tool_calls": [{"function": {"name": "f", "arguments": "{\\"__proto__\\": {\\"polluted\\": true}}"}}]}',
  '<tool>{"name": "f", "arguments": {"__proto__": {"polluted": true}}}</tool>',
  "f(__proto__={'polluted': True})",
  // What is just not too long to be read, and what is.
  ...[999_000, 10_000_000].flatMap((size) => [
    `f(${" ".repeat(size)})`,
    `f(${"1".repeat(size)})`,
    `f(${"0".repeat(size)})`,
    `f(${"1_".repeat(size / 2)})`,
    `f('${"\\1".repeat(size / 2 - 5)}')`,
    `f(a${" ".repeat(size)})`,
    "a.".repeat(size / 2),
    "#\n".repeat(size / 2),
    "f(#</think>".repeat(size / 11),
    `x${"\n".repeat(size)}x`,
    `f()${"\n".repeat(size)}f(`,
    `[${'{"name":"f"},'.repeat(size / 13 - 2)}{"name":"f"}]`,
    `<tool>[${'{"name":"f"},'.repeat(size / 13 - 2)}{"name":"f"}]`,
    "<TASK_ERROR>".repeat(size / 12),
    "```".repeat(size / 3),
    "<tool><".repeat(size / 7),
    "<tool_call><".repeat(size / 12),
  ]),
];

Deno.test("too long a message is a problem, not an answer", () => {
  for (const format of Object.values(formats)) {
    assert.match(format().parse("x".repeat(1_000_001)).problem ?? "", /too long/);
    assert.doesNotMatch(format().parse("x".repeat(1_000_000)).problem ?? "", /too long/);
  }
  const listed = `[${Array(70_000).fill('{"name":"f"}').join()}]`;
  assert.equal(openaiFormat().parse(listed).calls.length, 70_000);
  assert.equal(tagsFormat().parse(`<tool>${listed}</tool>`).calls.length, 70_000);
});

Deno.test("signals and thoughts act around calls, not in what calls say", () => {
  for (const format of Object.values(formats)) {
    const { name, parse, write } = format();
    for (const x of ["<TASK_ERROR>", "<TASK_FINISHED>", "<think>", "</think>", "<reasoning>a</reasoning>"]) {
      const calls = [{ name: "a", arguments: { x }, positional: [] }];
      const written = write(calls);
      assert.deepEqual(parse(written), { calls, signal: null, problem: null }, `${name}: ${written}`);
      const thought = parse(`<think>or ${written}</think>\n${written}\n<TASK_FINISHED>`);
      assert.deepEqual(thought, { calls, signal: "finished", problem: null }, name);
      assert.deepEqual(parse(`shall I?</think>${written}`).calls, calls, name);
      assert.equal(parse(`${written} <TASK_FINISHED> <TASK_ERROR>`).signal, "failed", name);
    }
  }
  const { parse } = tagsFormat();
  assert.equal(parse('I write <tool> then.</think><tool>{"name": "a"}</tool>').calls.length, 1);
});

Deno.test("tags: several calls, a list of calls, and a last tag that was cut off by the stop string", () => {
  const { parse } = tagsFormat();
  const call = (name: string): ToolCall => ({ name, arguments: {}, positional: [] });
  assert.deepEqual(
    parse('First <tool>{"name": "a"}</tool> and <tool>[{"name": "b"}, {"name": "c", "parameters": {}}]')
      .calls,
    ["a", "b", "c"].map(call),
  );
  const both = parse('<tool>{"name": "a"}</tool><TASK_FINISHED>');
  assert.deepEqual([both.calls.length, both.signal], [1, "finished"]);
  assert.equal(parse("<TASK_FINISHED> or rather <TASK_ERROR>").signal, "failed");
  for (
    const wrong of [
      "<tool></tool>",
      "<tool>[]</tool>",
      '<tool>{"name": 1}</tool>',
      "<tool>{'name': 'a'}</tool>",
      '<tool>{"name": "a", "arguments": [1]}</tool>',
    ]
  ) {
    assert.match(parse(wrong).problem ?? "", /Cannot read a call as JSON/, wrong);
  }
});

Deno.test("openai: calls in every form, an answer ends the request", () => {
  const { parse } = openaiFormat();
  const read: ToolCall[] = [{ name: "a", arguments: { x: 1 }, positional: [] }];
  for (
    const written of [
      '{"tool_calls": [{"id": "1", "type": "function", "function": {"name": "a", "arguments": "{\\"x\\": 1}"}}]}',
      '[{"function": {"name": "a", "arguments": {"x": 1}}}]',
      '{"name": "a", "arguments": {"x": 1}}',
      '```json\n{"name": "a", "arguments": {"x": 1}}\n```',
      'I will. <tool_call>\n{"name": "a", "arguments": {"x": 1}}\n</tool_call>',
    ]
  ) assert.deepEqual(parse(written), { calls: read, signal: null, problem: null }, written);
  assert.deepEqual(parse('{"tool_calls": []}'), { calls: [], signal: "finished", problem: null });
  for (const wrong of ['{"tool_calls": [1]}', '[{"name": "a"}', "[a(x=1)]", "{'name': 'a'}"]) {
    assert.match(parse(wrong).problem ?? "", /Cannot read the calls/, wrong);
  }
  const answers = ['{"role":"assistant","content":"Done","tool_calls":null}', "[Note] done", "[1] and [2]"];
  for (const answer of answers) {
    assert.deepEqual(parse(answer), { calls: [], signal: "finished", problem: null }, answer);
  }
  assert.equal(parse('{"content": "No. <TASK_ERROR>", "tool_calls": null}').signal, "failed");
  const tagged = { name: "a", arguments: { x: "<tool_call>" }, positional: [] };
  assert.deepEqual(parse(openaiFormat().write([tagged])).calls, [tagged]);
});

Deno.test("python: literals are read, nothing is evaluated", () => {
  const { parse } = pythonFormat();
  const [call] = parse(
    "Api.f(-1, +.5, 1_000, 0x1F, 'a' \"b\", '''c\nd''', r'\\n', '\\u00e9\\x41\\n', (1, 2), (3), [True, None], {'k': {}, 2: ()}, z='it\\'s')",
  ).calls;
  assert.deepEqual(call, {
    name: "f",
    arguments: { z: "it's" },
    positional: [-1, 0.5, 1000, 31, "ab", "c\nd", "\\n", "éA\n", [1, 2], 3, [true, null], { k: {}, 2: [] }],
  });
  assert.equal(parse("```python\n[a(), b()]\n```").calls.length, 2);
  assert.equal(parse("a()\nb() # and then\nc()").calls.length, 3);
  assert.equal(parse("a(), b(); c();\n").calls.length, 3);
  assert.equal(parse("[\n  a(),\n  b(),\n]").calls.length, 2);
  assert.equal(parse("```\n[a()]\n<TASK_FINISHED>\n```").signal, "finished");
  assert.deepEqual(parse("f('\\101\\60\\0\\1234\\8', 0, 00, -0_0, 007.5)").calls[0]?.positional, [
    "A0\0S4\\8",
    0,
    0,
    -0,
    7.5,
  ]);
  for (
    const none of [
      "f",
      "f(",
      "f(x)",
      "f(1 + 1)",
      "f(g())",
      "f(a=1, 2)",
      "[f(), 1]",
      "f(a=1e999)",
      "import os",
      "f('a",
      "f(lambda: 0)",
      "f(a=1, a=2)",
      "f(a=007)",
      "f(-0_1)",
      "f(a=1) g()",
      "[f(a=1) g()]",
      "[f()\ng()]",
      "[f(a=1)",
      "[f(a=1),",
      "[f() # ]",
      "[",
    ]
  ) {
    assert.deepEqual(parse(none).calls, [], none);
    assert.equal(parse(none).signal, "finished");
  }
});

Deno.test("exact JSON is read and written with its numbers", () => {
  fc.assert(fc.property(plain, (json) => {
    assert.deepEqual(readExactJson(JSON.stringify(json), false), json);
    const exact = readExactJson(writeExactJson(json), true);
    assert(exact !== undefined);
    assert.equal(writeExactJson(exact), writeExactJson(json));
  }));
  const written = '{"a": 1.0, "b": [1e3, -0.0, 12345678901234567890]}';
  assert.equal(
    writeExactJson(readExactJson(written, true) ?? null),
    '{"a": 1.0, "b": [1000.0, -0.0, 12345678901234567890]}',
  );
  assert.equal(readExactJson("[1e999]", false), undefined);
});

Deno.test("each format tells of the tools and of how to end", () => {
  const tool = { name: "look", description: "Looks.", parameters: { type: "object", properties: {} } };
  const told: ToolFormat[] = Object.values(formats).map((format) => format());
  for (const { instructions, name } of told) {
    const words = instructions([tool]);
    assert.match(
      words,
      /\{"name":"look","description":"Looks\.","parameters":\{"type":"object","properties":\{\}\}\}/,
    );
    assert.match(words, /<TASK_ERROR>/, name);
  }
});
