import assert from "node:assert/strict";
import { rootStart, startId, usualMode } from "../../../lib/curriculum/start.ts";

const attempt = { response: "x", verdict: { quality: 0, solved: false, reward: 0 }, feedback: null };

Deno.test("startId() depends on root, turn, state and response alone", () => {
  const id = startId("root", 0, { a: 1, b: 2 }, attempt);
  assert.match(id, /^[0-9a-f]{16}$/);
  assert.equal(startId("root", 0, { b: 2, a: 1 }, { ...attempt, feedback: "told" }), id);
  const others = [
    startId("other", 0, { a: 1, b: 2 }, attempt),
    startId("root", 1, { a: 1, b: 2 }, attempt),
    startId("root", 0, { a: 1, b: 3 }, attempt),
    startId("root", 0, { a: 1, b: 2 }, { ...attempt, response: "y" }),
    startId("root", 0, { a: 1, b: 2 }, null),
  ];
  assert.equal(new Set([id, ...others]).size, 6);
});

Deno.test("rootStart() is a first attempt at the first turn", () => {
  const { parent, turn, depth, mode, attempt, chain, born } = rootStart(3, "root", null);
  assert.deepEqual({ parent, turn, depth, mode, attempt, chain, born }, {
    parent: null,
    turn: 0,
    depth: 0,
    mode: "base",
    attempt: null,
    chain: 0,
    born: 0,
  });
});

Deno.test("usualMode() mends an attempt that failed and improves all others", () => {
  assert.equal(usualMode(attempt), "improve");
  for (const failed of [true, false]) {
    const verdict = { ...attempt.verdict, failed };
    assert.equal(usualMode({ ...attempt, verdict }), failed ? "debug" : "improve");
  }
});
