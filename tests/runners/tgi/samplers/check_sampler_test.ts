import assert from "node:assert/strict";
import { checkSampler, servesModel } from "../../../../runners/tgi/samplers/check_sampler.ts";
import type { SamplerInfo } from "../../../../runners/tgi/samplers/sampler.ts";

const info: SamplerInfo = {
  model: "org/small",
  root: null,
  context: 2048,
  topP: false,
  takes: ["adapter"],
  description: "vLLM 0.33.0",
};
const needs = { model: "org/small", context: 2048, adapter: true };
const url = "http://127.0.0.1:1";

Deno.test("servesModel() knows names, folders and the Hub's own cache, and accepts what is not told", () => {
  const fitting: [string, string | null][] = [
    ["org/small", null],
    ["Org/Small", null],
    ["served", "org/small"],
    ["/weights/7", "org/small"],
    ["/models/org/small", null],
    ["/models/org/small/", null],
    ["/models/small", null],
    ["./small", null],
    ["small", null],
    ["C:\\models\\small", null],
    ["/cache/hub/models--org--small/snapshots/0123abc", null],
    ["", null],
    ["", "/models/small"],
  ];
  for (const [model, root] of fitting) assert.ok(servesModel({ ...info, model, root }, "org/small"), model);
  const others: [string, string | null][] = [
    ["org/large", null],
    ["other/small", null],
    ["served", "other/small"],
    ["/models/org/large", null],
    ["/models/smaller", null],
    ["/small/large", null],
    ["/cache/models--org--large/snapshots/0123abc", null],
  ];
  for (const [model, root] of others) assert.ok(!servesModel({ ...info, model, root }, "org/small"), model);
});

Deno.test("checkSampler() refuses another model, too few tokens, and weights that are not taken", () => {
  checkSampler(info, needs, url);
  checkSampler({ ...info, context: null }, { ...needs, context: 1e6 }, url);
  checkSampler({ ...info, takes: ["adapter", "model"] }, { ...needs, adapter: false }, url);
  const cases: [Partial<SamplerInfo>, Partial<typeof needs>, string][] = [
    [
      { model: "mine", root: "/models/large" },
      {},
      'Expected the sampler at http://127.0.0.1:1 to serve "org/small" but found "mine" from "/models/large" (vLLM 0.33.0)',
    ],
    [
      {},
      { context: 2049 },
      "Expected policy.context to be at most 2048, what the sampler at http://127.0.0.1:1 allows (vLLM 0.33.0), " +
      "but found 2049",
    ],
    [
      {},
      { adapter: false },
      "The sampler at http://127.0.0.1:1 (vLLM 0.33.0) takes adapters alone; set policy.adapter to {}, or take SGLang",
    ],
    [
      { takes: ["model"] },
      {},
      "The sampler at http://127.0.0.1:1 (vLLM 0.33.0) takes whole models alone; set policy.adapter to null",
    ],
  ];
  for (const [change, other, message] of cases) {
    assert.throws(() => checkSampler({ ...info, ...change }, { ...needs, ...other }, url), {
      name: "UserError",
      message,
    });
  }
});
