import assert from "node:assert/strict";
import { replay, type ReplayReport } from "exitlab/domains/tool_use/bfcl/replay.ts";
import { parseTraces } from "exitlab/domains/tool_use/bfcl/trace.ts";

function replayed(name: string): ReplayReport {
  const text = Deno.readTextFileSync(new URL(`traces/${name}.jsonl`, import.meta.url));
  return replay(parseTraces(text, name));
}

Deno.test("every ground-truth call and state of base is that of the original", () => {
  const { differences, ...counts } = replayed("base");
  assert.deepEqual(differences, []);
  assert.deepEqual(counts, { calls: 1142, callsEqual: 1142, states: 734, statesEqual: 734 });
});

Deno.test("every ground-truth call and state of miss_func is that of the original", () => {
  const { differences, ...counts } = replayed("miss_func");
  assert.deepEqual(differences, []);
  assert.deepEqual(counts, { calls: 1140, callsEqual: 1140, states: 934, statesEqual: 934 });
});

Deno.test("probes of all methods are those of the original, but for what leaked between them", () => {
  const { differences, calls, callsEqual } = replayed("probes");
  assert.deepEqual([calls, callsEqual], [1908, 1905]);
  // The original shares one list of mentions between all instances of a process; here an instance has its own.
  assert.deepEqual(
    new Set(differences.map(({ what }) => what.split("(")[0])),
    new Set([
      "TwitterAPI.post_tweet",
      "TwitterAPI.tweets",
    ]),
  );
  for (const { expected } of differences) assert.match(expected, /2024-11-10|mentions/);
});

Deno.test("probes with hostile arguments are those of the original", () => {
  const { differences, ...counts } = replayed("probes_hostile");
  assert.deepEqual(differences, []);
  assert.deepEqual(counts, { calls: 2100, callsEqual: 2100, states: 150, statesEqual: 150 });
});

const good = {
  "id": "p",
  "class": "MathAPI",
  "initial_config_from": "multi_turn_base_0",
  "calls": [{ name: "add", args: { a: 1, b: 2 } }],
  "responses": ['{"result": 3}'],
  "final_state": {},
};

Deno.test("replay() tells calls and states that differ", () => {
  const wrong = { ...good, responses: ['{"result": 4}'], "final_state": { memory: 1 } };
  const report = replay(parseTraces(JSON.stringify(wrong), "x.jsonl"));
  assert.deepEqual(report, {
    calls: 1,
    callsEqual: 0,
    states: 1,
    statesEqual: 0,
    differences: [
      {
        id: "p",
        turn: 0,
        what: "MathAPI.add(a=1, b=2)",
        expected: '{"result": 4}',
        found: '{"result": 3}',
      },
      { id: "p", turn: 0, what: "MathAPI.memory", expected: "1", found: "absent" },
    ],
  });
});

Deno.test("replay() counts an exception as equal to an exception, whatever it says", () => {
  const raising = { ...good, calls: [{ name: "add", args: {} }], responses: ["Error during execution: oh"] };
  assert.equal(replay(parseTraces(JSON.stringify(raising), "x.jsonl")).callsEqual, 1);
  const dividing = { ...raising, calls: [{ name: "divide", args: { a: 1, b: 0 } }] };
  assert.equal(replay(parseTraces(JSON.stringify(dividing), "x.jsonl")).callsEqual, 0);
});

const mistakes: { readonly [what: string]: readonly [text: string, message: RegExp] } = {
  "nothing": ["\n", /x\.jsonl to have traces but found no line/],
  "no JSON": ["{", /Cannot read line 1 of x\.jsonl as JSON/],
  "no object": ["[1]", /line 1 of x\.jsonl to be an object/],
  "no id": ["{}", /Missing "id" in line 1/],
  "an unknown row": ['{"id": "nope"}', /the id of a row such as "multi_turn_base_0" but found "nope"/],
  "other counts of calls": [
    '{"id": "multi_turn_base_0", "responses": [[]]}',
    /as many items as "multi_turn_base_0" has calls in each turn \(3, 2, 1, 4\) but found 0/,
  ],
  "an unknown class": [
    JSON.stringify({ ...good, class: "X" }),
    /"class" to be one of .*MathAPI.* but found "X"/,
  ],
  "no calls": [JSON.stringify({ ...good, calls: [1] }), /"calls" to be a list of \{"name", "args"\}/],
  "too few responses": [JSON.stringify({ ...good, responses: [] }), /found 0 and 1/],
  "responses that are no text": [JSON.stringify({ ...good, responses: [1] }), /lists of text/],
};

for (const [what, [text, message]] of Object.entries(mistakes)) {
  Deno.test(`parseTraces() refuses ${what}, with the line`, () => {
    assert.throws(() => parseTraces(text, "x.jsonl"), message);
  });
}
