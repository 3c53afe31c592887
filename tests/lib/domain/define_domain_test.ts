import assert from "node:assert/strict";
import * as v from "valibot";
import { defineDomain, type DomainBehaviour, UserError, whole } from "../../../lib/domain/mod.ts";

const echo = defineDomain({
  name: "echo",
  version: "3",
  schema: v.strictObject({ words: v.optional(whole(1, 9), 2) }),
  build: ({ words }): DomainBehaviour<string, null> => ({
    traits: { turns: "single", quality: "binary", feedback: false },
    selfIterationReward: "absolute",
    tasks: (split) => ({
      size: words,
      at: (index) => ({ id: `${split} ${index}`, task: `${split} ${index}` }),
    }),
    begin: () => null,
    prompt: (task) => [{ role: "user", content: task }],
    step: (task, state, response) => {
      const quality = Number(response === task);
      return { state, verdict: { quality, solved: quality === 1, reward: quality }, done: true };
    },
  }),
});

Deno.test("defineDomain() fills in defaults and remembers what was given", () => {
  const domain = echo();
  assert.deepEqual([domain.part, domain.kind, domain.version], ["domain", "echo", "3"]);
  assert.deepEqual([domain.options, domain.given], [{ words: 2 }, {}]);
  assert.deepEqual([echo({ words: 2 }).options, echo({ words: 2 }).given], [{ words: 2 }, { words: 2 }]);
});

Deno.test("defineDomain() rebuilds a domain with other options", () => {
  assert.equal(echo().rebuild({ words: 7 }).tasks("train").size, 7);
});

Deno.test("defineDomain() refuses options that are unknown or out of range", () => {
  assert.throws(() => echo({ words: 0 }), UserError);
  assert.throws(() => echo({ word: 1 }), /Unknown option "word" \(Did you mean "words"\?\) in echo\(\)/);
});
