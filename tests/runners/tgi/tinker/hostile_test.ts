import assert from "node:assert/strict";
import { UserError } from "exitlab/lib/errors.ts";
import { TinkerClient, type TinkerModel } from "exitlab/runners/tgi/tinker/client.ts";
import { profiles } from "exitlab/runners/tgi/tinker/profile.ts";
import type { Answer } from "../../../support/tinker_answers.ts";
import { TinkerServer } from "../../../support/tinker_server.ts";

/** What a model is asked, and the route that an error must name. */
const asks: { readonly [name: string]: { route: string; ask: (model: TinkerModel) => Promise<unknown> } } = {
  logprobs: {
    route: "forward",
    ask: (model) => model.logprobs([[1, 2, 3], [4, 5]], { temperature: 1 }),
  },
  forwardBackward: {
    route: "forward_backward",
    ask: (model) =>
      model.forwardBackward([{ tokens: [1, 2, 3], coefficients: Float32Array.of(0, 1, 1) }], {
        temperature: 1,
      }),
  },
  sample: {
    route: "exitlab/sample",
    ask: (model) => model.sample([{ prompt: [1], maxTokens: 3, temperature: 1, topP: 1, seed: 1 }]),
  },
  embed: {
    route: "exitlab/embed",
    ask: (model) => model.embed([{ tokens: [1, 2], from: 0 }, { tokens: [3], from: 0 }]),
  },
  optimStep: {
    route: "optim_step",
    ask: (model) =>
      model.optimStep({
        learningRate: 1,
        beta1: 0,
        beta2: 0,
        epsilon: 1,
        weightDecay: 0,
        clipNorm: Infinity,
      }),
  },
  save: { route: "save_weights", ask: (model) => model.save("name") },
};

const json = (value: unknown): Answer => ({
  status: 200,
  type: "application/json",
  body: JSON.stringify(value),
});
const text = (body: string, type = "application/json"): Answer => ({ status: 200, type, body });
const bytes = (...body: number[]): Answer => ({
  status: 200,
  type: "application/x-protobuf",
  body: Uint8Array.from(body),
});
const scored = (...records: unknown[]) =>
  json({ loss_fn_outputs: records.map((data) => ({ logprobs: { data, dtype: "float32" } })) });
const drawn = (sequence: unknown) => json({ sequences: [sequence] });

const cases: readonly { name: string; of: keyof typeof asks; answer: Answer; words: RegExp }[] = [
  {
    name: "too few records",
    of: "logprobs",
    answer: scored([-1, -1]),
    words: /Expected 2 loss_fn_outputs .* found 1/,
  },
  {
    name: "too many records",
    of: "forwardBackward",
    answer: scored([-1, -1], [-1]),
    words: /Expected 1 .* found 2/,
  },
  {
    name: "too few numbers",
    of: "logprobs",
    answer: scored([-1], [-1]),
    words: /Expected 2 numbers in loss_fn_outputs\[0\].* found 1/,
  },
  {
    name: "too many numbers",
    of: "logprobs",
    answer: scored([-1, -1], [-1, -1]),
    words: /Expected 1 numbers .* found 2/,
  },
  {
    name: "null for a number",
    of: "logprobs",
    answer: scored([-1, null], [-1]),
    words: /Expected numbers .* found null/,
  },
  {
    name: "a number beyond float32",
    of: "logprobs",
    answer: scored([-1, -1e300], [-1]),
    words: /Expected finite numbers .* found -Infinity/,
  },
  { name: "text for a list", of: "logprobs", answer: scored("-1", [-1]), words: /Expected a list/ },
  {
    name: "no records",
    of: "logprobs",
    answer: json({ type: "forward" }),
    words: /Expected a list .* \(loss_fn_outputs\)/,
  },
  {
    name: "NaN in JSON",
    of: "logprobs",
    answer: text('{"loss_fn_outputs":[NaN]}'),
    words: /no JSON but .*NaN/,
  },
  { name: "half an answer", of: "logprobs", answer: text('{"loss_fn_outputs":[{"log'), words: /no JSON but/ },
  {
    name: "a page",
    of: "logprobs",
    answer: text("<html>Welcome</html>", "text/html"),
    words: /no JSON but "<html>Welcome/,
  },
  { name: "an empty answer", of: "logprobs", answer: text(""), words: /no JSON but an empty body/ },
  { name: "a list", of: "logprobs", answer: text("[]"), words: /no JSON object/ },
  {
    name: "protobuf cut short",
    of: "logprobs",
    answer: bytes(0x12, 0x40, 1, 2),
    words: /protobuf message that cannot be read/,
  },
  {
    name: "protobuf that is none",
    of: "sample",
    answer: bytes(0xff, 0xff, 0xff),
    words: /protobuf message that cannot be read/,
  },
  { name: "empty protobuf", of: "logprobs", answer: bytes(), words: /Expected 2 loss_fn_outputs .* found 0/ },
  {
    name: "protobuf without log-probabilities",
    of: "logprobs",
    answer: bytes(0x12, 2, 0x18, 2),
    words: /Expected logprobs .* found none/,
  },
  {
    name: "empty sequences",
    of: "sample",
    answer: drawn({ tokens: [], logprobs: [], stop_reason: "stop" }),
    words: /at least one token/,
  },
  {
    name: "fewer log-probabilities than tokens",
    of: "sample",
    answer: drawn({ tokens: [1, 2], logprobs: [-1], stop_reason: "stop" }),
    words: /Expected 2 log-probabilities/,
  },
  {
    name: "no log-probabilities",
    of: "sample",
    answer: drawn({ tokens: [1], logprobs: null, stop_reason: "stop" }),
    words: /Expected a list/,
  },
  {
    name: "half a token",
    of: "sample",
    answer: drawn({ tokens: [0.5], logprobs: [-1], stop_reason: "stop" }),
    words: /whole token ids/,
  },
  {
    name: "another reason to stop",
    of: "sample",
    answer: drawn({ tokens: [1], logprobs: [-1], stop_reason: "tired" }),
    words: /"stop" or "length" .* found "tired"/,
  },
  {
    name: "a protobuf reason to stop that is none",
    of: "sample",
    answer: bytes(0x0a, 2, 0x08, 5),
    words: /stop reason of 0 or 1 .* found 5/,
  },
  {
    name: "too few sequences",
    of: "sample",
    answer: json({ sequences: [] }),
    words: /Expected 1 sequences .* found 0/,
  },
  {
    name: "vectors of different lengths",
    of: "embed",
    answer: json({ embeddings: [[1, 2], [1]] }),
    words: /Expected 2 numbers in each/,
  },
  {
    name: "too few vectors",
    of: "embed",
    answer: json({ embeddings: [[1, 2]] }),
    words: /Expected 2 embeddings/,
  },
  { name: "empty vectors", of: "embed", answer: json({ embeddings: [[], []] }), words: /found none/ },
  {
    name: "a norm that is null",
    of: "optimStep",
    answer: json({ metrics: { grad_norm: null } }),
    words: /gradient norm .* found null/,
  },
  {
    name: "a negative norm",
    of: "optimStep",
    answer: json({ metrics: { grad_norm: -1 } }),
    words: /gradient norm .* found -1/,
  },
  { name: "no path", of: "save", answer: json({ type: "save_weights" }), words: /Expected a "path"/ },
];

for (const { name, of, answer, words } of cases) {
  Deno.test(`TinkerModel.${of}() refuses ${name}, and says to what it was the answer`, async () => {
    let isHostile = false;
    const server = await TinkerServer.start({
      intercept: (route) => isHostile && route.endsWith("/retrieve_future") ? answer : null,
    });
    const client = await TinkerClient.connect({
      url: server.url,
      wire: answer.type.endsWith("protobuf") ? "protobuf" : "json",
      sleep: () => Promise.resolve(),
    });
    try {
      const model = await client.openModel({ model: "table", rank: 8, seed: 1 });
      await model.publish();
      isHostile = true;
      const asked = asks[of];
      assert.ok(asked !== undefined);
      const wired = answer.type.endsWith("protobuf") && asked.route === "forward"
        ? "forward_backward"
        : asked.route;
      await assert.rejects(asked.ask(model), (error) => {
        assert.ok(error instanceof Error && !(error instanceof UserError));
        assert.match(error.message, words);
        assert.ok(error.message.includes(`POST /api/v1/${wired}`), error.message);
        assert.ok(!error.message.includes("\n"));
        return true;
      });
      isHostile = false;
    } finally {
      await client.close();
      await server.stop();
    }
  });
}

Deno.test("TinkerClient.connect() refuses what is no Tinker server", async () => {
  const answers: readonly { answer: Answer; words: RegExp }[] = [
    {
      answer: { status: 404, type: "text/html", body: "<html>nginx</html>" },
      words: /Expected a Tinker server at http.* but found none: .*404/,
    },
    { answer: text("<html>Welcome</html>", "text/html"), words: /but found none: .*Welcome/ },
    { answer: json({ status: "ok" }), words: /but found none: .*supported_models/ },
    { answer: { status: 503, type: "text/html", body: "" }, words: /makes no progress/ },
  ];
  for (const { answer, words } of answers) {
    const server = await TinkerServer.start({ intercept: () => answer });
    try {
      await assert.rejects(
        TinkerClient.connect({ url: server.url, sleep: () => Promise.resolve() }),
        (error) => error instanceof UserError && words.test(error.message),
      );
    } finally {
      await server.stop();
    }
  }
});

Deno.test("TinkerClient.connect() refuses an address where nothing listens, and one that is none", async () => {
  const server = await TinkerServer.start();
  await server.stop();
  await assert.rejects(
    TinkerClient.connect({ url: server.url, sleep: () => Promise.resolve() }),
    (error) =>
      error instanceof UserError &&
      /found none: .*makes no progress: it cannot be reached/.test(error.message),
  );
  for (const url of ["gpu-box:8000", "", "http://", "ftp://a", "http://a/?b", "http://me:secret@a"]) {
    await assert.rejects(TinkerClient.connect({ url }), UserError);
  }
});

Deno.test("TinkerClient.connect() tells that the key is refused, without telling the key", async () => {
  const server = await TinkerServer.start({ key: "tml-right" });
  try {
    await assert.rejects(TinkerClient.connect({ url: server.url, key: "tml-wrong" }), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /refuses the key/);
      assert.ok(!error.message.includes("tml-wrong"));
      return true;
    });
    const client = await TinkerClient.connect({ url: server.url, key: "tml-right" });
    await client.close();
  } finally {
    await server.stop();
  }
});

Deno.test("TinkerClient.connect() finds out what a server is, or asks for its name", async () => {
  const known = { TuFT: profiles.tuft, "verl tinker server": profiles.verl };
  for (const [title, profile] of Object.entries(known)) {
    const server = await TinkerServer.start({ extended: false, title });
    const client = await TinkerClient.connect({ url: server.url });
    assert.deepEqual([client.profile, client.extensions], [profile, null]);
    assert.deepEqual(client.models, [{ name: "table", context: null }]);
    await client.close();
    await server.stop();
  }
  for (const title of ["Tinker API Mock", "Something", undefined]) {
    const server = await TinkerServer.start({ extended: false, ...title === undefined ? {} : { title } });
    await assert.rejects(TinkerClient.connect({ url: server.url }), UserError);
    await server.stop();
  }
});
